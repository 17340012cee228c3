using System.Globalization;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text;

namespace ImcEngine.Tests.Importer.Packing;

/// <summary>Makes the archives that the packer reads, as NumPy does.</summary>
internal sealed class NpzWriter
{
    private readonly Dictionary<string, byte[]> _entries = [];

    public NpzWriter Add(string name, float[] elements, params int[] shape) =>
        AddBytes(name, "<f4", MemoryMarshal.AsBytes(elements.AsSpan()), shape);

    public NpzWriter Add(string name, sbyte[] elements, params int[] shape) =>
        AddBytes(name, "|i1", MemoryMarshal.AsBytes(elements.AsSpan()), shape);

    public NpzWriter Remove(string name)
    {
        Assert.True(_entries.Remove(name));
        return this;
    }

    public MemoryStream ToStream(CompressionLevel level = CompressionLevel.Fastest) =>
        Archive([.. _entries.Select(e => (e.Key + ".npy", e.Value))], level);

    public static MemoryStream Archive((string Name, byte[] Content)[] entries, CompressionLevel level)
    {
        var stream = new MemoryStream();
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
            foreach (var (name, content) in entries)
                using (var entry = archive.CreateEntry(name, level).Open()) entry.Write(content);
        stream.Position = 0;
        return stream;
    }

    public static byte[] Npy(string type, ReadOnlySpan<byte> elements, params int[] shape)
    {
        string sizes = string.Concat(shape.Select(size => string.Create(CultureInfo.InvariantCulture, $"{size}, ")));
        byte[] header = Encoding.ASCII.GetBytes($"{{'descr': '{type}', 'fortran_order': False, 'shape': ({sizes}), }}\n");
        return [0x93, .. "NUMPY"u8, 1, 0, (byte)header.Length, 0, .. header, .. elements];
    }

    private NpzWriter AddBytes(string name, string type, ReadOnlySpan<byte> elements, int[] shape)
    {
        _entries[name] = Npy(type, elements, shape);
        return this;
    }
}

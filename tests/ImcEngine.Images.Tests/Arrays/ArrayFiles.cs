using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace ImcEngine.Images.Tests.Arrays;

/// <summary>A folder for files of arrays, written byte by byte.</summary>
internal sealed class ArrayFiles : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("imc-arrays-").FullName;

    public string Folder => _folder;

    public string this[string file] => Path.Combine(_folder, file);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    public string Write(string file, params byte[] bytes)
    {
        File.WriteAllBytes(this[file], bytes);
        return this[file];
    }

    public static byte[] Idx(int[] sizes, params byte[] elements)
    {
        byte[] bytes = [0, 0, 8, (byte)sizes.Length, .. new byte[4 * sizes.Length], .. elements];
        for (int axis = 0; axis < sizes.Length; axis++) BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(4 + 4 * axis), sizes[axis]);
        return bytes;
    }

    public static byte[] Npy(string type, string shape, params byte[] elements)
    {
        byte[] header = Encoding.ASCII.GetBytes($"{{'descr': '{type}', 'fortran_order': False, 'shape': ({shape}), }}\n");
        return [0x93, .. "NUMPY"u8, 1, 0, (byte)header.Length, 0, .. header, .. elements];
    }

    public static byte[] Npz(CompressionLevel level, params (string Name, byte[] Content)[] entries)
    {
        using var stream = new MemoryStream();
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
            foreach (var (name, content) in entries)
            {
                using var entry = archive.CreateEntry(name, level).Open();
                entry.Write(content);
            }
        return stream.ToArray();
    }

    public static byte[] Gzip(params byte[] content)
    {
        using var stream = new MemoryStream();
        using (var gzip = new GZipStream(stream, CompressionLevel.Fastest, leaveOpen: true)) gzip.Write(content);
        return stream.ToArray();
    }

    public static byte[] Singles(params float[] elements) => [.. elements.SelectMany(BitConverter.GetBytes)];

    /// <summary>Checks that reading is refused with a message that holds <paramref name="expected"/>.</summary>
    public static void Refuses(string expected, Action read) =>
        Assert.Contains(expected, Assert.Throws<ImcException>(read).Message, StringComparison.Ordinal);
}

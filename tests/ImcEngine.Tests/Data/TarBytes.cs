using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace ImcEngine.Tests.Data;

/// <summary>Tar archives byte by byte, so that their headers can say what no library writes.</summary>
internal static class TarBytes
{
    public static byte[] End => new byte[1024];

    /// <param name="size">The 12 bytes of the size's field; default: that of the data, in octal.</param>
    public static byte[] Entry(string name, byte[] data, char type = '0', byte[]? size = null, byte[]? checksum = null)
    {
        var header = new byte[512];
        Encoding.ASCII.GetBytes(name).CopyTo(header, 0);
        (size ?? Octal(data.Length, 11)).CopyTo(header, 124);
        header[156] = (byte)type;
        "ustar\0"u8.CopyTo(header.AsSpan(257));
        header.AsSpan(148, 8).Fill((byte)' ');
        (checksum ?? Octal(header.Sum(each => each), 6)).CopyTo(header, 148);
        return [.. header, .. data, .. new byte[-data.Length & 511]];
    }

    public static byte[] Pax(char type, params (string Key, string Value)[] records) =>
        Entry("pax", Encoding.UTF8.GetBytes(string.Concat(records.Select(Record))), type);

    public static byte[] Octal(long number, int digits) => [.. Encoding.ASCII.GetBytes(Convert.ToString(number, 8).PadLeft(digits, '0'))];

    public static byte[] Zipped(params byte[][] parts)
    {
        var stream = new MemoryStream();
        using (var zip = new GZipStream(stream, CompressionLevel.Fastest, leaveOpen: true))
            foreach (byte[] part in parts) zip.Write(part);
        return stream.ToArray();
    }

    private static string Record((string Key, string Value) record)
    {
        string rest = $" {record.Key}={record.Value}\n";
        int bytes = Encoding.UTF8.GetByteCount(rest), digits = 1;
        while ((bytes + digits).ToString(CultureInfo.InvariantCulture).Length != digits) digits++;
        return $"{bytes + digits}{rest}";
    }
}

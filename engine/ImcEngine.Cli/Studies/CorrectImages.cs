using System.Text.Json;
using System.Text.Json.Nodes;

namespace ImcEngine.Cli.Studies;

/// <summary>
/// Which images a stored point classifies correctly, so that means over dies have intervals over images:
/// <code>
/// "correctImages": { "digital": BASE64, "imc": BASE64 }      image i is bit i % 8 (the lowest is 0) of byte i / 8
/// </code>
/// </summary>
/// <param name="Digital">Of the digital network; whether each image is classified correctly.</param>
/// <param name="Imc">The same of the macro.</param>
internal sealed record CorrectImages(bool[] Digital, bool[] Imc)
{
    public const string Field = "correctImages";

    private const string DigitalField = "digital", ImcField = "imc";
    private const int BitsOfByte = 8;

    /// <summary>Compares the classes that two networks name with the labels.</summary>
    public static CorrectImages Of(int[] digital, int[] imc, int[] labels) =>
        new([.. digital.Zip(labels, (named, label) => named == label)], [.. imc.Zip(labels, (named, label) => named == label)]);

    /// <summary>Returns those of a stored point; null if an older version wrote it, without them.</summary>
    public static CorrectImages? TryRead(JsonNode point)
    {
        int images = (int)point["images"]!;
        return TryUnpack(point[Field]?[DigitalField], images) is { } digital && TryUnpack(point[Field]?[ImcField], images) is { } imc
            ? new(digital, imc) : null;
    }

    public JsonObject ToJson() => new() { [DigitalField] = Pack(Digital), [ImcField] = Pack(Imc) };

    private static string Pack(bool[] correct)
    {
        var bytes = new byte[BytesOf(correct.Length)];
        for (int i = 0; i < correct.Length; i++)
            if (correct[i]) bytes[i / BitsOfByte] |= (byte)(1 << (i % BitsOfByte));
        return Convert.ToBase64String(bytes);
    }

    private static bool[]? TryUnpack(JsonNode? node, int images)
    {
        if (node?.GetValueKind() != JsonValueKind.String) return null;
        var bytes = new byte[BytesOf(images)];
        return Convert.TryFromBase64String(node.GetValue<string>(), bytes, out int length) && length == bytes.Length
            ? [.. Enumerable.Range(0, images).Select(i => (bytes[i / BitsOfByte] >> (i % BitsOfByte) & 1) == 1)] : null;
    }

    private static int BytesOf(int images) => (images + BitsOfByte - 1) / BitsOfByte;
}

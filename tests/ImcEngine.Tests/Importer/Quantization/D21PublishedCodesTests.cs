using System.Text.Json;
using ImcEngine.Data;
using ImcEngine.Importer.Quantization;

namespace ImcEngine.Tests.Importer.Quantization;

/// <summary>Codes that D21's own quantizers made of latent numbers.</summary>
public class D21PublishedCodesTests
{
    private const string Folder = "quantizers";

    public static TheoryData<string> Cases => Named("*");

    public static TheoryData<string> WeightCases => Named("weight-*");

    [SharedTheory(Folder), MemberData(nameof(Cases))]
    public void Our_codes_equal_the_published_ones(string name)
    {
        string path = Path.Combine(SharedFolder.Find(Folder)!, name);
        using var json = JsonDocument.Parse(File.ReadAllText(Path.Combine(path, "case.json")));
        var latent = NpyFile.Read(Path.Combine(path, "latent.npy")).ToSingle();
        var expected = NpyFile.Read(Path.Combine(path, "codes.npy")).ToInt16();
        Assert.NotEmpty(expected);

        if (json.RootElement.GetProperty("what").GetString() == "activation")
        {
            var codes = new int[latent.Length];
            D21Quantizers.HardTanhActivations(latent, json.RootElement.GetProperty("bits").GetInt32(), codes);
            Assert.Equal(expected.Select(code => 2 * code + 1), codes);
            return;
        }
        var found = Weights(json.RootElement, latent);
        Assert.Equal(expected, found.Codes);
        float alpha = json.RootElement.GetProperty("alpha").GetSingle();
        Assert.Equal(alpha, found.Alpha, 1e-6f * alpha);
    }

    [SharedTheory(Folder), MemberData(nameof(WeightCases))]
    public void Weights_of_the_published_codes_give_them_back(string name)
    {
        string path = Path.Combine(SharedFolder.Find(Folder)!, name);
        using var json = JsonDocument.Parse(File.ReadAllText(Path.Combine(path, "case.json")));
        var codes = NpyFile.Read(Path.Combine(path, "codes.npy")).ToInt16();
        float alpha = json.RootElement.GetProperty("alpha").GetSingle();
        var format = Weights(json.RootElement, NpyFile.Read(Path.Combine(path, "latent.npy")).ToSingle()).Format;
        var found = D21Grids.Recover([.. codes.Select(code => code * alpha / format.Denominator)], format);
        Assert.NotNull(found);
        Assert.Equal(codes, found.Codes);
        Assert.Equal(alpha, found.Alpha, 2e-7f * alpha);
    }

    private static TheoryData<string> Named(string pattern) =>
        SharedFolder.Find(Folder) is { } folder
            ? [.. Directory.GetDirectories(folder, pattern).Select(path => Path.GetFileName(path)).Order()] : [];

    private static ScaledCodes Weights(JsonElement json, float[] latent)
    {
        bool sawb = json.GetProperty("alpha_mode").GetString() == "sawb";
        string family = json.GetProperty("family").GetString()!;
        return family switch
        {
            "cifar1" => D21Quantizers.SignWeights(latent),
            "cifar2" => D21Quantizers.TwoBitWeights(latent, sawb ? D21Alpha.Sawb : D21Alpha.MeanAbs),
            "cifar4" => D21Quantizers.FourBitWeights(latent, sawb ? D21Alpha.Sawb : D21Alpha.MeanAbs),
            "inet2" => D21Quantizers.TwoBitWeights(latent, D21Alpha.Sawb),
            "inet4" => D21Quantizers.ImageNetFourBitWeights(latent),
            _ => throw new InvalidOperationException($"Unknown family {family}."),
        };
    }
}

using System.Security.Cryptography;
using ImcEngine.Evaluation.Verification;

namespace ImcEngine.Tests.Evaluation.Verification;

/// <summary>A seed that a user reports must make the same cases everywhere:
/// the generator is pinned by the hash of what it made when this was written.</summary>
public class PinnedRandomCasesTests
{
    private const string First50OfSeed1 = "33a6c5ae7f60574950d5972b709a689f39a3e097e8e9a0fd541e72fef2a4334c";

    [Fact]
    public void The_first_50_cases_of_seed_1_are_what_they_always_were()
    {
        using var bytes = new MemoryStream();
        using (var writer = new BinaryWriter(bytes))
            for (int index = 0; index < 50; index++) Write(writer, RandomCases.Make(1, index));
        string hash = Convert.ToHexStringLower(SHA256.HashData(bytes.ToArray()));
        Assert.True(hash == First50OfSeed1, $"The cases have SHA-256 {hash}; {First50OfSeed1} is expected.");
    }

    /// <summary>All that decides the case's answer, as integers.</summary>
    private static void Write(BinaryWriter writer, VerificationCase verification)
    {
        var (layer, macro, adc, g) = (verification.Layer, verification.Macro, verification.Adc, verification.Layer.Geometry);
        foreach (int number in new[]
        {
            g.Groups, g.InputChannels, g.InputHeight, g.InputWidth, g.OutputChannels, g.KernelHeight, g.KernelWidth, g.StrideY, g.StrideX,
            g.PadTop, g.PadLeft, g.PadBottom, g.PadRight, g.DilationY, g.DilationX, g.IsLinear ? 1 : 0,
            (int)layer.InputFormat.Encoding, layer.InputFormat.Bits, (int)layer.WeightFormat.Encoding, layer.WeightFormat.Bits,
            layer.InputMayBeUndriven ? 1 : 0,
            macro.Rows, (int)macro.Mapping, macro.LegacyOverfull ? 1 : 0, (int)adc.Ties, (int)verification.Unit, adc.Codes,
        }) writer.Write(number);
        foreach (short code in layer.WeightCodes) writer.Write(code);
        foreach (short code in verification.Input) writer.Write(code);
        foreach (int edge in adc.EdgeQuanta) writer.Write(edge);
        foreach (long level in adc.LevelUnits) writer.Write(level);
    }
}

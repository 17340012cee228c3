namespace ImcEngine.Tests.Cli;

public class ImcProgramTests
{
    [Fact]
    public async Task Without_arguments_it_prints_help()
    {
        var run = (await ImcRun.Of()).Succeeds();
        foreach (string command in new[] { "inspect", "adc", "verify", "data", "pack", "macros", "spec" })
            Assert.Contains(run.Lines, line => line.StartsWith($"  {command}", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Version_names_the_version_of_the_numbers_too() =>
        Assert.Equal([$"imc {ImcVersion.Product}", $"numericsVersion {ImcVersion.Numerics}"],
            (await ImcRun.Of("--version")).Succeeds().Lines);

    [Fact]
    public async Task An_unknown_command_is_bad_input() => (await ImcRun.Of("simulate")).IsBadInput("'simulate'", "imc --help");

    [Fact]
    public async Task An_unknown_option_is_bad_input() =>
        (await ImcRun.Of("spec", "--rows", "4")).IsBadInput("'--rows'", "imc spec --help");

    [Fact]
    public async Task A_missing_argument_is_bad_input() => (await ImcRun.Of("inspect")).IsBadInput("inspect", "imc inspect --help");

    [Fact]
    public async Task A_number_that_is_none_is_named_with_what_is_allowed() =>
        (await ImcRun.Of("data", "shapes10", "--count", "few", "--out", "x")).IsBadInput("--count is 'few'; "
            + "allowed is a whole number from 1 on.", "imc data shapes10 --help");

    [Fact]
    public async Task A_word_that_is_unknown_is_named_with_those_allowed() =>
        (await ImcRun.Of("adc", "--product", "nand")).IsBadInput(
            "--product is 'nand'; allowed is and, gated, xnor, ternary-gated, ternary-xnor.");

    [Theory]
    [InlineData(1, "inspect", "no.onnx")]
    [InlineData(1, "--verbose", "spec", "--set", "macro.rows=64")]
    [InlineData(2, "inspect", "no.onnx", "--verbose")]
    [InlineData(2, "--verbose", "inspect", "no.onnx")]
    public async Task Verbose_adds_where_an_error_arose(int parts, params string[] args)
    {
        var run = await ImcRun.Of(args);
        Assert.Equal(args.Contains("inspect"), run.ExitCode == 2);
        Assert.Equal(parts == 2, run.Error.Contains("   at ImcEngine.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Errors_of_a_specification_are_bad_input() =>
        (await ImcRun.Of("spec", "--set", "macro.adc.bitz=5")).IsBadInput("macro.adc.bitz: found 5; no such field");
}

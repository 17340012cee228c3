using ImcEngine.Cli;
using ImcEngine.Tests.Cli.Studies;
using System.CommandLine;

namespace ImcEngine.Tests.Cli;

/// <summary>Paths that can name nothing.</summary>
public class EmptyPathTests
{
    private static readonly string[] Empty = ["", " ", "\0", "a\0b"];

    /// <summary>Every option and argument of every command that takes a text.</summary>
    public static TheoryData<string, string> Texts
    {
        get
        {
            var texts = new TheoryData<string, string>();
            foreach (var command in Below(ImcProgram.CreateRoot()))
            {
                foreach (var option in command.Options.Where(option => option.ValueType == typeof(string)
                    || option.ValueType == typeof(string[]))) texts.Add(ImcProgram.PathOf(command), option.Name);
                foreach (var argument in command.Arguments) texts.Add(ImcProgram.PathOf(command), "");
            }
            return texts;
        }
    }

    [Theory, MemberData(nameof(Texts))]
    public async Task An_empty_text_or_a_NUL_is_bad_input(string command, string option)
    {
        string[] required = command switch
        {
            "imc inspect" or "imc profile" when option.Length > 0 => ["m.onnx"],
            "imc quantize" or "imc calibrate" or "imc pack" => [.. option == "--out" ? Array.Empty<string>() : ["--out", "out.onnx"],
                .. option.Length > 0 ? ["m.onnx"] : Array.Empty<string>()],
            "imc verify" when option.Length > 0 && option != "--model" => ["--self"],
            "imc data shapes10" when option != "--out" => ["--out", "o"],
            "imc study" when option == "--merge" => ["--out", "o"],
            "imc study" or "imc optimize" when option == "--slurm-option" => ["s.json", "--slurm"],
            "imc study" or "imc optimize" when option.Length > 0 => ["s.json"],
            _ => [],
        };
        foreach (string empty in Empty)
        {
            string[] given = option.Length == 0 ? [empty] : [option, empty];
            (await ImcRun.Of([.. command.Split(' ').Skip(1), .. required, .. given])).IsBadInput(
                "allowed is a text that is not empty and holds no NUL character");
        }
    }

    [Theory]
    [InlineData("model", "")]
    [InlineData("model", "\\u0000")]
    [InlineData("float", "")]
    [InlineData("float", "a\\u0000")]
    [InlineData("data", " ")]
    [InlineData("data", "\\u0000")]
    public async Task A_study_refuses_them_by_field(string field, string path)
    {
        using var study = new SmallStudy("""[{"macro.rows":[64]}]""");
        string text = File.ReadAllText(study.File)
            .Replace("\"model\":\"tiny.onnx\",\"data\":\"images\"",
                $"\"model\":\"{(field == "model" ? path : "tiny.onnx")}\",\"float\":\"{(field == "float" ? path
                    : "tiny.onnx")}\",\"data\":\"{(field == "data" ? path : "images")}\"", StringComparison.Ordinal);
        File.WriteAllText(study.File, text);
        (await study.Run("a")).IsBadInput($"{field}: found", "allowed is a path that is not empty");
    }

    [Theory]
    [InlineData("")]
    [InlineData("\\u0000")]
    public async Task A_table_or_a_noise_profile_with_such_a_path_is_bad_input(string path)
    {
        using var files = new TinyFiles();
        string table = $"macro.adc={{\"kind\":\"table\",\"table\":\"{path}\"}}", profile = $"macro.die.noiseProfile=\"{path}\"";
        Assert.Equal(2, (await ImcRun.Of("adc", "--set", table)).ExitCode);
        foreach (string setting in new[] { table, profile })
            Assert.Equal(2,
                (await ImcRun.Of("compare", "--model", files.Model(4), "--data", files.Data, "--calibration", "2", "--set",
                    setting)).ExitCode);
        using var study = new SmallStudy($$"""[{"macro.adc":[{"kind":"table","table":"{{path}}"}]}]""");
        Assert.Equal(2, (await study.Run("a")).ExitCode);
    }

    private static IEnumerable<Command> Below(Command command) => command.Subcommands.SelectMany(Below).Prepend(command);
}

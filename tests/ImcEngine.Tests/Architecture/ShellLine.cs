using System.CommandLine;
using System.Text;
using ImcEngine.Cli;

namespace ImcEngine.Tests.Architecture;

/// <summary>A command line of a document, and how the tests shorten it so that it runs offline and soon.</summary>
internal static class ShellLine
{
    private static readonly string[] FromSource = ["dotnet", "run", "-c", "Release", "--project", "engine/ImcEngine.Cli", "--"];

    /// <summary>
    /// The only changes that are made: these options get these values, and the first ones are added where a command that runs images has
    /// them and the line does not. The network is only added to lines with options, since <c>compare</c> alone compares several ADCs.
    /// Words that begin with a folder of the repository are found from its root.
    /// </summary>
    private static readonly (string Option, string Value, bool IsAdded)[] Substitutions =
    [
        ("--data", ExampleFolder.Images, true), ("--images", "4", true), ("--calibration", "8", true),
        ("--dies", "2", false), ("--repeats", "2", false), ("--count", "20", false),
    ];

    private const string Network = "--model";

    private static readonly string[] RepositoryFolders = ["weights/", "perf/"];

    /// <summary>As a POSIX shell splits it: by blanks, unless quoted.</summary>
    public static IReadOnlyList<string> Words(string line)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        char quote = '\0';
        bool isOpen = false;
        foreach (char each in line)
            if (quote != '\0' && each == quote) quote = '\0';
            else if (quote == '\0' && each is '\'' or '"') (quote, isOpen) = (each, true);
            else if (quote == '\0' && each == ' ') Close();
            else Append(each);
        Close();
        return words;

        void Append(char each)
        {
            word.Append(each);
            isOpen = true;
        }

        void Close()
        {
            if (isOpen) words.Add(word.ToString());
            word.Clear();
            isOpen = false;
        }
    }

    /// <summary>The arguments of <c>imc</c>; null: the line is another program's.</summary>
    public static string[]? ImcArguments(string line)
    {
        var words = Words(line);
        return words[0] == "imc" ? [.. words.Skip(1)]
            : words.Take(FromSource.Length).SequenceEqual(FromSource) ? [.. words.Skip(FromSource.Length)]
            : null;
    }

    public static IEnumerable<string> ParseErrors(string[] arguments) =>
        ImcProgram.CreateRoot().Parse(arguments).Errors.Select(error => error.Message);

    /// <summary>Commands and options that the program does not have. A sentence may name a command without its arguments.</summary>
    public static IEnumerable<string> UnknownNames(string arguments) =>
        ImcProgram.CreateRoot().Parse([.. Words(arguments)]).UnmatchedTokens;

    /// <summary>The same line on few drawn images.</summary>
    public static string[] Shortened(string[] arguments)
    {
        var command = ImcProgram.CreateRoot().Parse(arguments).CommandResult.Command;
        var words = arguments.Select(FromRoot).ToList();
        bool addsOptions = RunsImages(command, arguments);
        foreach (var (option, value, isAdded) in Substitutions)
            if (words.IndexOf(option) is >= 0 and var at) words[at + 1] = value;
            else if (isAdded && addsOptions && Has(option)) words.AddRange([option, value]);
        if (addsOptions && arguments.Length > 1 && Has(Network) && !words.Contains(Network))
            words.AddRange([Network, ExampleFolder.Network]);
        return [.. words];

        bool Has(string option) => command.Options.Any(each => each.Name == option);
    }

    private static string FromRoot(string word) =>
        RepositoryFolders.Any(folder => word.StartsWith(folder, StringComparison.Ordinal)) ? Path.Combine(Repository.Root, word) : word;

    /// <summary><c>adc</c>, <c>study --merge</c>, <c>cost --shipped</c> and <c>verify</c> but for <c>--model</c>,
    /// take options of images and run none.</summary>
    private static bool RunsImages(Command command, string[] arguments) => command.Name switch
    {
        "verify" => arguments.Contains(Network),
        "cost" => !arguments.Contains("--shipped"),
        "study" => !arguments.Contains("--merge"),
        _ => command.Name != "adc",
    };
}

using ImcEngine.Data;

namespace ImcEngine.Perf.Answers;

/// <summary>The options of <c>answers</c>.</summary>
/// <param name="Data">CIFAR-10, as <c>--data</c> of <c>imc</c> takes it.</param>
/// <param name="Only">The numbers of the commands to run.</param>
/// <param name="Threads">What is passed on as <c>--threads</c>; null for nothing.</param>
/// <param name="Against">The folder of another build of <c>imc</c>; null for none.</param>
/// <param name="Folder">The folder of results; null for that of the machine.</param>
internal sealed record AnswersOptions(string Data, int Rounds, IReadOnlyList<int> Only, int? Threads, string? Against, string? Folder)
{
    private const int UsualRounds = 3;
    private const string Command = "answers";
    private const string Allowed = "--data PATH, --rounds N, --only N,N, --threads N, --against FOLDER, --out DIR";

    /// <exception cref="ImcException">An option is not known, lacks its argument, or has one that cannot be used.</exception>
    public static AnswersOptions Parse(string[] args)
    {
        var options = new AnswersOptions(DataSource.Cifar10, UsualRounds, [.. Enumerable.Range(1, AskedCommand.Count)], null, null, null);
        var rest = new Queue<string>(args);
        while (rest.TryDequeue(out string? option))
            options = option switch
            {
                "--data" when rest.TryDequeue(out string? given) => options with { Data = given },
                "--rounds" when rest.TryDequeue(out string? given) =>
                    options with { Rounds = OptionNumber.Positive(Command, option, given) },
                "--only" when rest.TryDequeue(out string? given) => options with { Only = Numbers(option, given) },
                "--threads" when rest.TryDequeue(out string? given) =>
                    options with { Threads = OptionNumber.Positive(Command, option, given) },
                "--against" when rest.TryDequeue(out string? given) => options with { Against = given },
                "--out" when rest.TryDequeue(out string? given) => options with { Folder = given },
                _ => throw new ImcException($"{Command}: found '{option}'; allowed are {Allowed}."),
            };
        return options;
    }

    private static int[] Numbers(string option, string given)
    {
        int[] numbers = [.. given.Split(',').Select(each => OptionNumber.Positive(Command, option, each)).Distinct().Order()];
        return numbers[^1] <= AskedCommand.Count ? numbers
            : throw new ImcException($"{Command}: {option} is '{given}'; allowed are numbers from 1 to {AskedCommand.Count}, e.g. 1,2.");
    }
}

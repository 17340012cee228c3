using ImcEngine.Perf.Answers;

namespace ImcEngine.Tests.Architecture;

/// <summary>The options of <c>perf -- answers</c>, and the commands that it times.</summary>
public class AnswersOptionsTests
{
    [Fact]
    public void Options_stand_in_any_order_and_have_usual_values()
    {
        var usual = AnswersOptions.Parse([]);
        Assert.Equal(("cifar10", 3, null, null, null), (usual.Data, usual.Rounds, usual.Threads, usual.Against, usual.Folder));
        Assert.Equal([1, 2, 3, 4, 5, 6, 7], usual.Only);
        var given = AnswersOptions.Parse(
            ["--against", "old", "--only", "7,2,7", "--threads", "1", "--out", "o", "--rounds", "5", "--data", "d"]);
        Assert.Equal(("d", 5, 1, "old", "o"), (given.Data, given.Rounds, given.Threads, given.Against, given.Folder));
        Assert.Equal([2, 7], given.Only);
    }

    [Theory]
    [InlineData("answers: found '--images'; allowed are --data PATH, --rounds N, --only N,N, --threads N, --against FOLDER, --out DIR.",
        "--images")]
    [InlineData("answers: found '--data'; allowed are", "--data")]
    [InlineData("answers: --rounds is 'many'; it must be an integer of at least 1.", "--rounds", "many")]
    [InlineData("answers: --threads is '0'; it must be an integer of at least 1.", "--threads", "0")]
    [InlineData("answers: --only is ''; it must be an integer of at least 1.", "--only", "1,")]
    [InlineData("answers: --only is '1,8'; allowed are numbers from 1 to 7, e.g. 1,2.", "--only", "1,8")]
    public void What_cannot_be_used_is_named(string message, params string[] args) =>
        Assert.StartsWith(message, Assert.Throws<ImcException>(() => AnswersOptions.Parse(args)).Message, StringComparison.Ordinal);

    [Fact]
    public void Every_command_is_one_that_the_program_takes()
    {
        var commands = AskedCommand.All(evaluable: 9872);
        Assert.Equal(Enumerable.Range(1, AskedCommand.Count), commands.Select(command => command.Number));
        Assert.All(commands, command => Assert.Empty(ShellLine.ParseErrors([.. command.Arguments])));
    }

    [Fact]
    public void No_command_asks_for_more_images_than_there_are()
    {
        Assert.EndsWith("--images 5000", AskedCommand.All(evaluable: 9872)[2].Line, StringComparison.Ordinal);
        Assert.EndsWith("--images 300", AskedCommand.All(evaluable: 300)[2].Line, StringComparison.Ordinal);
    }

    [Fact]
    public void Ten_dies_differ_from_one_in_the_number_of_dies_alone()
    {
        var commands = AskedCommand.All(evaluable: 9872);
        Assert.Equal($"{commands[AskedCommand.OneDie - 1].Line} --dies 10", commands[AskedCommand.TenDies - 1].Line);
    }
}

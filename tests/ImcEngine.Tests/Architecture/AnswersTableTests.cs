using ImcEngine.Perf.Answers;

namespace ImcEngine.Tests.Architecture;

/// <summary>The arithmetic of the table that <c>perf -- answers</c> writes.</summary>
public class AnswersTableTests
{
    [Fact]
    public void The_macros_part_of_a_comparison_is_that_of_all_points_and_dies()
    {
        Assert.Equal(5, EmulationTime.OfComparison("""
            { "dies": 1, "images": 100, "imcImagesPerSecond": 50,
              "points": [{ "images": 100, "imcImagesPerSecond": 50 }, { "images": 60, "imcImagesPerSecond": 20.0 }] }
            """));
        Assert.Equal(20, EmulationTime.OfComparison("""{ "dies": 10, "points": [{ "images": 100, "imcImagesPerSecond": 50 }] }"""));
    }

    [Fact]
    public void A_file_without_speeds_has_no_such_part() => Assert.Null(EmulationTime.OfComparison("""{ "images": 100 }"""));

    [Fact]
    public void The_macros_part_of_a_study_is_that_of_all_points() =>
        Assert.Equal(3.5, EmulationTime.OfStudy("""[{ "key": "a", "seconds": 1.5 }, { "key": "b", "seconds": 2 }]"""));

    [Fact]
    public void The_median_of_the_rounds_counts()
    {
        var rounds = Rounds([(9, 3, 2), (5, 2, 0.5), (6, 4, 1)]);
        Assert.Equal((6, 3, 1), (rounds.ColdSeconds, rounds.WarmSeconds, rounds.EmulationSeconds));
        Assert.Equal(5.5, Rounds([(5, 1, 1), (6, 1, 1)]).ColdSeconds);
        Assert.Null(Rounds([(5, 1, null)]).EmulationSeconds);
    }

    [Fact]
    public void A_build_alone_has_its_times() => Assert.Equal("""
        | # | what | command | cold, s | warm, s | emulation, s |
        |---:|---|---|---:|---:|---:|
        | 2 | some | `imc a` | 6.0 | 3.0 | 1.2 |
        | 4 | others | `imc b` | 8.0 | 7.0 |  |

        """, Table(new(2, "some", "imc a", Rounds([(6, 3, 1.25)]), null), new(4, "others", "imc b", Rounds([(8, 7, null)]), null)));

    [Fact]
    public void Two_builds_have_their_ratios() => Assert.Equal("""
        | # | what | command | cold, s: old | new | old / new | warm, s: old | new | old / new | emulation, s: old | new | old / new |
        |---:|---|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|
        | 2 | some | `imc a` | 9.0 | 6.0 | 1.50x | 8.0 | 2.0 | 4.00x | 1.0 | 2.0 | 0.50x |
        | 4 | others | `imc b` | 8.0 | 8.0 | 1.00x | 7.0 | 7.0 | 1.00x |  |  |  |

        """, Table(new(2, "some", "imc a", Rounds([(6, 2, 2)]), Rounds([(9, 8, 1)])),
        new(4, "others", "imc b", Rounds([(8, 7, null)]), Rounds([(8, 7, null)]))));

    [Fact]
    public void Ten_dies_are_held_against_one()
    {
        var (ten, one) = (Rounds([(30, 20, 20)]), Rounds([(6, 2.5, 2)]));
        const string Alone = "\n\nTen dies take 5.00x the time of one with a cold cache, 8.00x with a warm one.";
        Assert.EndsWith($"{Alone}\n", Table(Ten(ten, null), One(one, null)), StringComparison.Ordinal);
        Assert.EndsWith($"{Alone} With the old build, 2.00x the time of one with a cold cache, 3.00x with a warm one.\n",
            Table(Ten(ten, Rounds([(12, 12, 1)])), One(one, Rounds([(6, 4, 1)]))), StringComparison.Ordinal);
        Assert.DoesNotContain("dies", Table(One(one, null)), StringComparison.Ordinal);
    }

    private static string Table(params AnswerRow[] rows) => AnswersTable.Markdown(rows);

    private static AnswerRow Ten(AnswerRounds now, AnswerRounds? old) => new(AskedCommand.TenDies, "ten", "imc a", now, old);

    private static AnswerRow One(AnswerRounds now, AnswerRounds? old) => new(AskedCommand.OneDie, "one", "imc b", now, old);

    private static AnswerRounds Rounds((double Cold, double Warm, double? Emulation)[] rounds) =>
        new([.. rounds.Select(round => new AnswerRun(round.Cold, round.Emulation))],
            [.. rounds.Select(round => new AnswerRun(round.Warm, round.Emulation))]);
}

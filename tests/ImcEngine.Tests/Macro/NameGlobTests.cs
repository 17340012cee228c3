using ImcEngine.Macro;

namespace ImcEngine.Tests.Macro;

public class NameGlobTests
{
    [Theory]
    [InlineData(true, "*", "fc")]
    [InlineData(true, "layer4.*", "*.conv1")]
    [InlineData(true, "layer?.0", "layer4.*")]
    [InlineData(true, "a*b*c", "*bc")]
    [InlineData(true, "", "*")]
    [InlineData(false, "layer4.*", "fc")]
    [InlineData(false, "layer4.*", "layer3.*")]
    [InlineData(false, "?", "ab")]
    [InlineData(false, "", "?")]
    [InlineData(false, "a*b", "a*c")]
    public void Patterns_overlap_where_a_name_matches_both(bool overlap, string one, string other)
    {
        Assert.Equal(overlap, NameGlob.Overlap(one, other));
        Assert.Equal(overlap, NameGlob.Overlap(other, one));
    }

    [Fact]
    public void Short_patterns_agree_with_all_short_names()
    {
        string[] patterns = [.. Words("ab*?", 3)], names = [.. Words("ab", 5)];
        var matched = patterns.ToDictionary(pattern => pattern,
            pattern => names.Where(name => NameGlob.Matches(pattern, name)).ToHashSet());
        foreach (string one in patterns)
            foreach (string other in patterns)
                Assert.True(matched[one].Overlaps(matched[other]) == NameGlob.Overlap(one, other), $"'{one}' and '{other}'");
    }

    [Fact]
    public void A_short_pattern_covers_another_where_all_short_names_say_so()
    {
        string[] patterns = [.. Words("ab*?", 3)], names = [.. Words("abc", 5)];
        var matched = patterns.ToDictionary(pattern => pattern,
            pattern => names.Where(name => NameGlob.Matches(pattern, name)).ToHashSet());
        foreach (string outer in patterns)
            foreach (string inner in patterns)
                Assert.True(matched[inner].IsSubsetOf(matched[outer]) == NameGlob.Covers(outer, inner), $"'{outer}' and '{inner}'");
        Assert.False(NameGlob.Covers(@"a\*", "a*"));
    }

    private static IEnumerable<string> Words(string letters, int most) =>
        Enumerable.Range(1, most)
            .SelectMany(length => Enumerable.Range(0, length)
                .Aggregate((IEnumerable<string>)[""], (words, _) => words.SelectMany(word => letters.Select(letter => word + letter))));
}

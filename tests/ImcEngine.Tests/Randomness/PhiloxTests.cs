using ImcEngine.Randomness;

namespace ImcEngine.Tests.Randomness;

public class PhiloxTests
{
    // Published with Random123 (kat_vectors): philox4x32, 10 rounds; counter and key all zeros, all ones, and digits of pi.
    public static TheoryData<uint[], uint[], uint[]> KnownAnswers { get; } = new()
    {
        { [0, 0, 0, 0], [0, 0], [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8] },
        { [~0u, ~0u, ~0u, ~0u], [~0u, ~0u], [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd] },
        { [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344], [0xa4093822, 0x299f31d0], [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1] },
    };

    [Theory]
    [MemberData(nameof(KnownAnswers))]
    public void Blocks_are_the_published_known_answers(uint[] counter, uint[] key, uint[] answer)
    {
        var block = Philox.Block(new(key[0], key[1]), new(counter[0], counter[1], counter[2], counter[3]));
        Assert.Equal((answer[0], answer[1], answer[2], answer[3]), (block.Word0, block.Word1, block.Word2, block.Word3));
    }

    public static TheoryData<string> Lanes { get; } = new("chosen", "64", "256", "512");

    [Theory]
    [MemberData(nameof(Lanes))]
    public void Every_lane_width_fills_what_single_blocks_give(string lanes)
    {
        PhiloxKey key = new(0xa4093822, 0x299f31d0);
        PhiloxBlock first = new(0xfffffffd, 0x85a308d3, 0x7ffffffe, 5), step = new(1, 0x10000001, 0xffffffff, 3);
        for (int count = 0; count <= 75; count++)
        {
            uint[] filled = new uint[4 * count], expected = new uint[4 * count];
            Fill(lanes, key, first, step, filled);
            for (uint i = 0; i < count; i++)
            {
                var block = Philox.Block(key, new(first.Word0 + i * step.Word0, first.Word1 + i * step.Word1, first.Word2 + i * step.Word2,
                    first.Word3 + i * step.Word3));
                uint[] words = [block.Word0, block.Word1, block.Word2, block.Word3];
                words.CopyTo(expected, 4 * i);
            }
            Assert.Equal(expected, filled);
        }
    }

    [Theory]
    [MemberData(nameof(Lanes))]
    public void A_fill_writes_only_its_span(string lanes)
    {
        uint[] words = new uint[4 * 63];
        Fill(lanes, new(1, 2), new(3, 4, 5, 6), new(1, 0, 0, 0), words.AsSpan(4, 4 * 61));
        Assert.All(words[..4].Concat(words[^4..]), word => Assert.Equal(0u, word));
        Assert.DoesNotContain(0u, words[4..^4]);
    }

    /// <summary>Rows whose ends lie in whole and in partly filled vectors, with a gap between them that stays as it was; and more rows and
    /// fewer than are computed together.</summary>
    [Theory]
    [MemberData(nameof(Lanes))]
    public unsafe void Rows_hold_what_single_blocks_give(string lanes)
    {
        const int Gap = 2;
        PhiloxKey key = new(0x243f6a88, 0xc4ac4c03);
        PhiloxBlock first = new(0x7fffffff, 12345, 0xfffffff0, 0x85a308d3);
        uint[] word1 = [0xfffffffe, 1 << 24, 3, 0, 0x80000000, 5, 5];
        for (int rows = 0; rows <= word1.Length; rows++)
            foreach (int count in (int[])[0, 1, 3, 8, 12, 37, 64])
            {
                int stride = 4 * count + Gap;
                uint[] filled = new uint[rows * stride], expected = new uint[rows * stride];
                fixed (uint* destination = filled, words = word1)
                    FillRows(lanes, new PhiloxKeys(key), first, count, words, rows, destination, stride);
                for (int row = 0; row < rows; row++)
                    for (uint i = 0; i < count; i++)
                    {
                        var block = Philox.Block(key, new(first.Word0, word1[row], first.Word2 + i, first.Word3));
                        uint[] of = [block.Word0, block.Word1, block.Word2, block.Word3];
                        of.CopyTo(expected, row * stride + 4 * (int)i);
                    }
                Assert.Equal(expected, filled);
            }
    }

    [Fact]
    public void A_length_that_is_no_multiple_of_a_block_is_refused()
    {
        var error = Assert.Throws<ArgumentException>(() => Philox.Fill(default, default, default, new uint[6]));
        Assert.Contains("6 words", error.Message, StringComparison.Ordinal);
    }

    private static unsafe void FillRows(string lanes, in PhiloxKeys keys, PhiloxBlock first, int count, uint* word1, int rows, uint* to,
        int stride)
    {
        switch (lanes)
        {
            case "64": Philox.FillRows<Philox64, Philox64>(keys, first, count, word1, rows, to, stride); break;
            case "256": Philox.FillRows<PhiloxPair<Philox256>, Philox256>(keys, first, count, word1, rows, to, stride); break;
            case "512": Philox.FillRows<PhiloxPair<PhiloxPair<Philox512>>, Philox512>(keys, first, count, word1, rows, to, stride); break;
            default: Philox.FillRows(keys, first, count, word1, rows, to, stride); break;
        }
    }

    private static unsafe void Fill(string lanes, PhiloxKey key, PhiloxBlock first, PhiloxBlock step, Span<uint> blocks)
    {
        fixed (uint* to = blocks)
            switch (lanes)
            {
                case "64": Philox.Fill<Philox64, Philox64>(key, first, step, blocks.Length / 4, to); break;
                case "256": Philox.Fill<PhiloxPair<Philox256>, Philox256>(key, first, step, blocks.Length / 4, to); break;
                case "512":
                    Philox.Fill<PhiloxPair<PhiloxPair<Philox512>>, Philox512>(key, first, step, blocks.Length / 4, to);
                    break;
                default: Philox.Fill(key, first, step, blocks); break;
            }
    }
}

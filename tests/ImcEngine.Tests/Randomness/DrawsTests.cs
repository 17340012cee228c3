using System.Numerics;
using System.Runtime.InteropServices;
using ImcEngine.Randomness;

namespace ImcEngine.Tests.Randomness;

public class DrawsTests
{
    private static readonly DrawStream Static = new(7, DrawPurpose.CellMismatch, 3);
    private static readonly DrawStream Temporal = new(7, DrawPurpose.Conversion, 3, 2);
    private static readonly ConversionPlace Place = new(5, 0, 17, 1023, 4, 3);

    [Fact]
    public void Fields_of_the_layout_share_no_bit_and_every_value_of_each_field_has_its_own_bits()
    {
        var place = new ConversionPlace(0, 0, 0, 0, 0, 0);
        var conversion = new (string Name, Func<int, UInt128> Word, int Most)[]
        {
            ("array", n => Bits(Draws.ConversionCounter(place with { Array = n }, 0)), (1 << 24) - 1),
            ("column block", n => Bits(Draws.ConversionCounter(place with { Column = 8 * n }, 0)), (1 << 19) - 1),
            ("image", n => Bits(Draws.ConversionCounter(place with { Image = n }, 0)), int.MaxValue),
            ("pixel", n => Bits(Draws.ConversionCounter(place with { Pixel = n }, 0)), (1 << 24) - 1),
            ("row group", n => Bits(Draws.ConversionCounter(place with { RowGroup = n }, 0)), (1 << 20) - 1),
            ("input plane or digit", n => Bits(Draws.ConversionCounter(place with { InputBit = n }, 0)), 7),
            ("vote", n => Bits(Draws.ConversionCounter(place with { Vote = n }, 0)), 15),
            ("block", n => Bits(Draws.ConversionCounter(place, n)), 1),
        };
        var fixedFields = new (string Name, Func<int, UInt128> Word, int Most)[]
        {
            ("array", n => Bits(Draws.StaticCounter(n, 0, 0)), (1 << 24) - 1),
            ("row", n => Bits(Draws.StaticCounter(0, n, 0)), (1 << 20) - 1),
            ("column block", n => Bits(Draws.StaticCounter(0, 0, 4 * n)), (1 << 20) - 1),
        };
        var key = new (string Name, Func<int, UInt128> Word, int Most)[]
        {
            ("seed", n => Bits(new DrawStream((uint)n, 0, 0).Key()), -1),
            ("purpose", n => Bits(new DrawStream(0, (DrawPurpose)n, 0).Key()), 15),
            ("layer", n => Bits(new DrawStream(0, 0, n).Key()), 4095),
            ("repeat", n => Bits(new DrawStream(0, 0, 0, n).Key()), 65535),
        };
        foreach (var layout in new[] { conversion, fixedFields, key })
        {
            UInt128 taken = 0;
            foreach (var (name, word, most) in layout)
            {
                UInt128 mask = word(most);
                int bits = BitOperations.PopCount((uint)most);
                Assert.Equal((UInt128)0, taken & mask);
                Assert.True(bits == (int)UInt128.PopCount(mask), $"{name} takes {UInt128.PopCount(mask)} bits of {bits}.");
                for (int bit = 0; bit < bits; bit++) Assert.Equal((UInt128)1, UInt128.PopCount(word(1 << bit)));
                taken |= mask;
            }
        }
    }

    [Fact]
    public void Every_field_changes_the_number()
    {
        uint conversion = Draws.Conversion(Temporal, Place), fixedDraw = Draws.Uniform(Static, 5, 6, 7);
        Assert.All(
            new[]
            {
                Draws.Conversion(Temporal with { Seed = 8 }, Place),
                Draws.Conversion(Temporal with { Purpose = DrawPurpose.SecondStage }, Place),
                Draws.Conversion(Temporal with { Layer = 4 }, Place), Draws.Conversion(Temporal with { Repeat = 3 }, Place),
                Draws.Conversion(Temporal, Place with { Array = 6 }), Draws.Conversion(Temporal, Place with { Column = 1 }),
                Draws.Conversion(Temporal, Place with { Column = 8 }), Draws.Conversion(Temporal, Place with { Image = 18 }),
                Draws.Conversion(Temporal, Place with { Pixel = 1024 }), Draws.Conversion(Temporal, Place with { RowGroup = 5 }),
                Draws.Conversion(Temporal, Place with { InputBit = 2 }),
            },
            other => Assert.NotEqual(conversion, other));
        Assert.All(
            new[]
            {
                Draws.Uniform(Static with { Seed = 8 }, 5, 6, 7), Draws.Uniform(Static with { Purpose = DrawPurpose.StuckCell }, 5, 6, 7),
                Draws.Uniform(Static with { Layer = 4 }, 5, 6, 7), Draws.Uniform(Static, 6, 6, 7), Draws.Uniform(Static, 5, 7, 7),
                Draws.Uniform(Static, 5, 6, 8),
                Draws.Uniform(Static, 5, 6, 11),
            },
            other => Assert.NotEqual(fixedDraw, other));
    }

    [Fact]
    public void A_row_filled_at_once_is_what_single_draws_give()
    {
        for (int columns = 0; columns <= 70; columns++)
        {
            uint[] filled = new uint[columns];
            Draws.Uniforms(Static, 5, 6, filled);
            for (int column = 0; column < columns; column++) Assert.Equal(Draws.Uniform(Static, 5, 6, column), filled[column]);
        }
    }

    [Fact]
    public void A_conversion_has_its_high_half_in_lane_column_mod_8_of_block_0_and_its_low_half_in_that_of_block_1()
    {
        ushort[] high = new ushort[8], low = new ushort[8];
        Philox.Fill(Temporal.Key(), Draws.ConversionCounter(Place with { Column = 16 }, 0), default,
            MemoryMarshal.Cast<ushort, uint>(high.AsSpan()));
        Philox.Fill(Temporal.Key(), Draws.ConversionCounter(Place with { Column = 16 }, 1), default,
            MemoryMarshal.Cast<ushort, uint>(low.AsSpan()));
        for (int j = 0; j < 8; j++)
            Assert.Equal(((uint)high[j] << 16) | low[j], Draws.Conversion(Temporal, Place with { Column = 16 + j }));
    }

    [Fact]
    public void Blocks_filled_along_columns_and_pixels_are_those_of_single_conversions()
    {
        ushort[] columns = new ushort[8 * 40], pixels = new ushort[8 * 40];
        Philox.Fill(Temporal.Key(), Draws.ConversionCounter(Place, 0), Draws.NextColumns,
            MemoryMarshal.Cast<ushort, uint>(columns.AsSpan()));
        Philox.Fill(Temporal.Key(), Draws.ConversionCounter(Place, 0), Draws.NextPixel, MemoryMarshal.Cast<ushort, uint>(pixels.AsSpan()));
        for (int i = 0; i < columns.Length; i++)
        {
            Assert.Equal(Draws.Conversion(Temporal, Place with { Column = i }) >> 16, columns[i]);
            Assert.Equal(Draws.Conversion(Temporal, Place with { Pixel = Place.Pixel + i / 8, Column = i % 8 }) >> 16, pixels[i]);
        }
    }

    // Worked out apart, from the description of the layout.
    // A change here changes every result that has a die or noise, and needs a new numericsVersion.
    [Fact]
    public void The_numbers_of_this_numerics_version_stay_what_they_are()
    {
        Assert.Equal(66686537u, Draws.Uniform(new(1, DrawPurpose.CellMismatch, 0), 0, 0, 0));
        Assert.Equal(1710012975u, Draws.Uniform(new(0xDEADBEEF, DrawPurpose.AdcEdge, 19), 300, 14, 4097));
        Assert.Equal(1346911132u, Draws.Conversion(new(1, DrawPurpose.Conversion, 0), new(0, 0, 0, 0, 0, 0)));
        Assert.Equal(2583290634u, Draws.Conversion(new(0xDEADBEEF, DrawPurpose.SecondStage, 19, 9), new(300, 4097, 49_999, 3135, 70, 3)));
    }

    [Theory]
    [InlineData("Array", 1 << 24)]
    [InlineData("Column", 1 << 22)]
    [InlineData("RowGroup", 1 << 20)]
    [InlineData("Pixel", 1 << 24)]
    [InlineData("InputBit", 128)]
    [InlineData("Image", -1)]
    [InlineData("Layer", 4096)]
    [InlineData("Repeat", 65536)]
    public void A_field_that_does_not_fit_its_bits_is_refused_by_name(string field, int content)
    {
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => Draws.Conversion(
            Temporal with { Layer = field == "Layer" ? content : 0, Repeat = field == "Repeat" ? content : 0 },
            new(
                field == "Array" ? content : 0, field == "Column" ? content : 0, field == "Image" ? content : 0,
                field == "Pixel" ? content : 0,
                field == "RowGroup" ? content : 0, field == "InputBit" ? content : 0)));
        Assert.Contains("must be 0 .. ", error.Message, StringComparison.Ordinal);
    }

    private static UInt128 Bits(PhiloxBlock block) =>
        new(((ulong)block.Word3 << 32) | block.Word2, ((ulong)block.Word1 << 32) | block.Word0);

    private static UInt128 Bits(PhiloxKey key) => new(0, ((ulong)key.Word1 << 32) | key.Word0);

    /// <summary>From any column on, so that the first block is partly used, and any number, so that the last one is.</summary>
    [Theory, InlineData(0, 1), InlineData(0, 64), InlineData(3, 5), InlineData(7, 70), InlineData(13, 259)]
    public void Columns_that_are_drawn_together_get_their_own_bits(int column, int count)
    {
        var stream = new DrawStream(9, DrawPurpose.Conversion, 4, 2);
        var first = new ConversionPlace(5, column, 17, 300, 6, 3);
        var uniforms = new uint[count];
        Draws.Conversions(stream, first, uniforms);
        Assert.Equal(Enumerable.Range(0, count).Select(i => Draws.Conversion(stream, first with { Column = column + i })), uniforms);
    }
}

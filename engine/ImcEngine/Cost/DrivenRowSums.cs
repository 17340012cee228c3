using ImcEngine.BitPlanes;
using ImcEngine.Mapping;

namespace ImcEngine.Cost;

/// <summary>
/// Sums over the driven rows of a layer's activations, for the energy of its arrays. They are linear in what a row drives, so that the
/// images need be gone through for each row only, not for each column. Not safe for several threads.
/// </summary>
internal sealed class DrivenRowSums
{
    private const int CodesBelowZero = 256, Codes = 512;

    private readonly LayerMap _map;
    private readonly int[][] _numbers;
    private readonly long[] _driven;
    private readonly long[][] _squares;

    public DrivenRowSums(LayerMap map)
    {
        _map = map;
        _numbers = [.. Enumerable.Range(0, map.InputDigits.Count).Select(digit => Numbers(map.InputDigits, digit))];
        _driven = new long[map.InputDigits.Count];
        _squares = [.. _driven.Select(_ => new long[map.Geometry.Groups * map.GroupRows])];
    }

    /// <summary>The number of images that were added.</summary>
    public int Images { get; private set; }

    /// <summary>Adds one image.</summary>
    /// <param name="codes">The layer's input codes, <c>[channel, y, x]</c>.</param>
    public void Add(ReadOnlySpan<short> codes)
    {
        var geometry = _map.Geometry;
        Span<int> occurrences = stackalloc int[Codes];
        for (int convGroup = 0; convGroup < geometry.Groups; convGroup++)
            for (int row = 0; row < _map.GroupRows; row++)
            {
                occurrences.Clear();
                int channel = convGroup * geometry.GroupInputChannels + row % geometry.GroupInputChannels;
                int size = geometry.InputHeight * geometry.InputWidth;
                Count(codes.Slice(channel * size, size), row / geometry.GroupInputChannels, occurrences);
                Add(convGroup * _map.GroupRows + row, occurrences);
            }
        Images++;
    }

    /// <summary>Adds the sums of another of the same layer.</summary>
    public void Add(DrivenRowSums other)
    {
        for (int digit = 0; digit < _driven.Length; digit++)
        {
            _driven[digit] += other._driven[digit];
            for (int row = 0; row < _squares[digit].Length; row++) _squares[digit][row] += other._squares[digit][row];
        }
        Images += other.Images;
    }

    /// <summary>Returns the driven rows of an input digit, summed over images, output pixels, row groups and convolution groups.</summary>
    public long Driven(int inputDigit) => _driven[inputDigit];

    /// <summary>Returns the sum over cells and conversions of c a^2 of <see cref="ChargeSharing"/> before it is divided by the squares of
    /// the greatest digit and of the greatest number in a cell.</summary>
    /// <param name="weights">The layer's weights, <c>[outputChannel, channel in group, ky, kx]</c>.</param>
    public double SquaredShares(int inputDigit, int weightDigit, ReadOnlySpan<short> weights)
    {
        var geometry = _map.Geometry;
        double[] cells = CellSquares(weightDigit);
        double sum = 0;
        for (int output = 0; output < geometry.OutputChannels; output++)
        {
            var squares = _squares[inputDigit].AsSpan(output / geometry.GroupOutputChannels * _map.GroupRows, _map.GroupRows);
            var own = weights.Slice(output * _map.GroupRows, _map.GroupRows);
            for (int channel = 0; channel < geometry.GroupInputChannels; channel++)
                for (int tap = 0; tap < geometry.Taps; tap++)
                    sum += squares[tap * geometry.GroupInputChannels + channel]
                        * cells[own[channel * geometry.Taps + tap] + CodesBelowZero];
        }
        return sum;
    }

    /// <summary>Counts the codes that a kernel position reads at all output pixels inside the image.</summary>
    private void Count(ReadOnlySpan<short> codes, int tap, Span<int> occurrences)
    {
        var geometry = _map.Geometry;
        int ky = tap / geometry.KernelWidth * geometry.DilationY - geometry.PadTop;
        int kx = tap % geometry.KernelWidth * geometry.DilationX - geometry.PadLeft;
        for (int outputY = 0; outputY < geometry.OutputHeight; outputY++)
        {
            int y = outputY * geometry.StrideY + ky;
            if ((uint)y >= (uint)geometry.InputHeight) continue;
            for (int outputX = 0; outputX < geometry.OutputWidth; outputX++)
            {
                int x = outputX * geometry.StrideX + kx;
                if ((uint)x < (uint)geometry.InputWidth) occurrences[codes[y * geometry.InputWidth + x] + CodesBelowZero]++;
            }
        }
    }

    private void Add(int row, ReadOnlySpan<int> occurrences)
    {
        for (int code = 0; code < occurrences.Length; code++)
        {
            if (occurrences[code] == 0) continue;
            for (int digit = 0; digit < _numbers.Length; digit++)
            {
                long number = _numbers[digit][code];
                if (number == 0) continue;
                _driven[digit] += occurrences[code];
                _squares[digit][row] += number * number * occurrences[code];
            }
        }
    }

    /// <summary>Returns for each weight code the sum over the cells of a digit of units * number in the cell squared.</summary>
    private double[] CellSquares(int weightDigit)
    {
        var sums = new double[Codes];
        for (int column = 0; column < _map.WeightColumns.Count; column++)
        {
            if (_map.WeightColumns.DigitOf(column) != weightDigit) continue;
            int[] numbers = Numbers(_map.WeightCells, column);
            for (int code = 0; code < Codes; code++)
                sums[code] += _map.WeightColumns.Units(column) * ((double)numbers[code] * numbers[code]);
        }
        return sums;
    }

    /// <summary>Returns the number that a digit stands for in each code, in units of its lowest plane. Code 0 of a bipolar operand is
    /// undriven: 0.</summary>
    private static int[] Numbers(OperandDigits digits, int digit)
    {
        var (format, numbers) = (digits.Format, new int[Codes]);
        for (int code = -CodesBelowZero; code < Codes - CodesBelowZero; code++)
        {
            if (!format.Holds(code)) continue;
            int bits = format.Digits(code);
            for (int plane = digits[digit].FirstPlane; plane < digits[digit].EndPlane; plane++)
                numbers[code + CodesBelowZero] += digits.Relative(digit, plane)
                    * (format.Encoding == OperandEncoding.Bipolar ? 2 * (bits >> plane & 1) - 1 : bits >> plane & 1);
        }
        return numbers;
    }
}

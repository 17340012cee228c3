namespace ImcEngine.Images.Pictures.Jpeg;

/// <summary>
/// Decodes one scan of a frame (ITU-T T.81, F.2 and G.2):
/// <code>
/// components {id, DC and AC table (4 bits each)}[components] first last, high and low bit (4 bits each)
/// </code>
/// A baseline scan has all coefficients of its components, and makes their samples. A progressive scan has the coefficients first .. last
/// in zigzag order: with high bit 0 all bits down to the low bit, else the low bit alone of those that are known.
/// </summary>
internal sealed class JpegScan
{
    private const int MostSize = 15, RunOfZeros = 15, BlockLength = JpegComponent.BlockLength;

    private readonly JpegFrame _frame;
    private readonly Part[] _parts;
    private readonly int _first, _last, _low, _restartInterval;
    private readonly bool _isRefinement;

    /// <summary>Blocks that follow without coefficients.</summary>
    private int _emptyBlocks;

    private sealed class Part(JpegComponent component, HuffmanTable? dc, HuffmanTable? ac)
    {
        public JpegComponent Component => component;
        public HuffmanTable Dc => dc!;
        public HuffmanTable Ac => ac!;

        /// <summary>The DC coefficient of the block before.</summary>
        public int Predicted { get; set; }
    }

    /// <param name="contents">The segment of the scan.</param>
    /// <exception cref="InvalidDataException">The scan does not fit the frame.</exception>
    public JpegScan(JpegFrame frame, JpegTables tables, ReadOnlySpan<byte> contents)
    {
        _frame = frame;
        _restartInterval = tables.RestartInterval;
        if (contents.IsEmpty || contents[0] == 0 || contents.Length < 4 + (2 * contents[0]))
            throw new InvalidDataException("a scan header is too short");
        var range = contents[(1 + (2 * contents[0]))..];
        if (frame.IsProgressive)
        {
            (_first, _last, _low) = (range[0], range[1], range[2] & 0xF);
            _isRefinement = range[2] >> 4 != 0;
            if (_last >= BlockLength || _first > _last || (_first == 0 && _last != 0) || (_first > 0 && contents[0] > 1) || _low > 13)
                throw new InvalidDataException($"a scan has coefficients {_first} .. {_last} of {contents[0]} components from bit {_low}");
        }
        else
        {
            _last = BlockLength - 1;
        }
        _parts = new Part[contents[0]];
        for (int i = 0; i < _parts.Length; i++)
        {
            byte id = contents[1 + (2 * i)], numbers = contents[2 + (2 * i)];
            var component = frame.Components.FirstOrDefault(each => each.Id == id)
                ?? throw new InvalidDataException($"a scan has component {id}, which its frame has not");
            component.Quantization ??= tables.Quantization(component.Table);
            _parts[i] = new(component, _first == 0 && !_isRefinement ? tables.Dc(numbers >> 4) : null,
                _last > 0 ? tables.Ac(numbers & 0xF) : null);
        }
    }

    /// <exception cref="InvalidDataException">The data are damaged, or too few.</exception>
    public void Decode(ReadOnlySpan<byte> data)
    {
        var bits = new EntropyBits(data);
        // A scan of one component has the blocks within the picture, one after the other.
        var only = _parts.Length == 1 ? _parts[0].Component : null;
        int across = only is null ? _frame.BlocksAcross : Blocks(only.Size.X);
        int down = only is null ? _frame.BlocksDown : Blocks(only.Size.Y);
        for (int group = 0; group < across * down; group++)
        {
            if (_restartInterval > 0 && group > 0 && group % _restartInterval == 0) Restart(ref bits);
            int x = group % across, y = group / across;
            foreach (var part in _parts)
            {
                var (columns, rows) = only is null ? part.Component.Sampling : (1, 1);
                for (int row = 0; row < rows; row++)
                    for (int column = 0; column < columns; column++)
                        DecodeBlock(ref bits, part, (x * columns) + column, (y * rows) + row);
            }
            bits.RequirePresent();
        }
    }

    private static int Blocks(int samples) => (samples + JpegComponent.BlockSize - 1) / JpegComponent.BlockSize;

    private void Restart(ref EntropyBits bits)
    {
        bits.Restart();
        foreach (var part in _parts) part.Predicted = 0;
        _emptyBlocks = 0;
    }

    private void DecodeBlock(ref EntropyBits bits, Part part, int x, int y)
    {
        var block = part.Component.Coefficients(x, y);
        if (!_frame.IsProgressive)
        {
            block.Clear();
            ReadDc(ref bits, part, block);
            ReadAc(ref bits, part, 1, block);
            part.Component.Transform(x, y);
        }
        else if (_first > 0)
        {
            if (_isRefinement) RefineAc(ref bits, part, block);
            else if (_emptyBlocks > 0) _emptyBlocks--;
            else ReadAc(ref bits, part, _first, block);
        }
        else if (!_isRefinement)
        {
            ReadDc(ref bits, part, block);
        }
        else
        {
            block[0] |= (short)(bits.Read(1) << _low);
        }
    }

    private void ReadDc(ref EntropyBits bits, Part part, Span<short> block)
    {
        int size = part.Dc.Read(ref bits);
        if (size > MostSize) throw Damaged();
        part.Predicted += bits.ReadSigned(size);
        block[0] = (short)(part.Predicted << _low);
    }

    /// <summary>Symbols are the run of zeros and the size of the coefficient behind it, 4 bits each. Size 0 is a run of 16, or the end of
    /// the block, which a progressive scan can state for several blocks.</summary>
    private void ReadAc(ref EntropyBits bits, Part part, int first, Span<short> block)
    {
        for (int k = first; k <= _last; k++)
        {
            int symbol = part.Ac.Read(ref bits), run = symbol >> 4, size = symbol & 0xF;
            if (size == 0 && run < RunOfZeros)
            {
                if (_frame.IsProgressive) _emptyBlocks = (1 << run) - 1 + bits.Read(run);
                return;
            }
            k += run;
            if (size == 0) continue;
            if (k > _last) throw Damaged();
            block[JpegTables.Zigzag[k]] = (short)(bits.ReadSigned(size) << _low);
        }
    }

    /// <summary>A run counts zeros that stay zero. What is passed over on the way and is not zero has its next bit in the data.</summary>
    private void RefineAc(ref EntropyBits bits, Part part, Span<short> block)
    {
        int k = _first;
        while (_emptyBlocks == 0 && k <= _last)
        {
            int symbol = part.Ac.Read(ref bits), run = symbol >> 4, size = symbol & 0xF;
            if (size > 1) throw Damaged();
            if (size == 0 && run < RunOfZeros)
            {
                _emptyBlocks = (1 << run) + bits.Read(run);
                break;
            }
            int added = size == 0 ? 0 : bits.Read(1) == 1 ? 1 << _low : -1 << _low;
            for (; k <= _last; k++)
            {
                ref short coefficient = ref block[JpegTables.Zigzag[k]];
                if (coefficient != 0) Refine(ref bits, ref coefficient);
                else if (run-- == 0) break;
            }
            if (added != 0 && k > _last) throw Damaged();
            if (added != 0) block[JpegTables.Zigzag[k]] = (short)added;
            k++;
        }
        if (_emptyBlocks == 0) return;
        for (; k <= _last; k++)
            if (block[JpegTables.Zigzag[k]] != 0)
                Refine(ref bits, ref block[JpegTables.Zigzag[k]]);
        _emptyBlocks--;
    }

    private void Refine(ref EntropyBits bits, ref short coefficient)
    {
        if (bits.Read(1) == 0 || (coefficient & (1 << _low)) != 0) return;
        coefficient += (short)(coefficient > 0 ? 1 << _low : -1 << _low);
    }

    private static InvalidDataException Damaged() => new("its data are damaged: there are coefficients beyond their block or size");
}

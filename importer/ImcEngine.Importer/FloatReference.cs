using ImcEngine.Importer.Lowering;
using ImcEngine.Importer.Lowering.QuantizedFormats;
using ImcEngine.Importer.Onnx;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace ImcEngine.Importer;

/// <summary>A network run by OnnxRuntime on the CPU in float32: what the macro is compared with.</summary>
internal sealed class FloatReference : IDisposable
{
    private readonly InferenceSession _session;
    private readonly RunOptions _run = new();
    private readonly long[] _inputShape;
    private readonly int _imageSize;
    private readonly TensorElementType _type;
    private readonly bool _channelsLast;

    /// <summary>The version of OnnxRuntime.</summary>
    public static string Version { get; } = OrtEnv.Instance().GetVersionString();

    /// <summary>Room for the images of a run, in the file's order of axes, while no run has it; null otherwise. Kept, since those of a
    /// batch are tens of megabytes.</summary>
    private float[]? _spare;

    /// <param name="threads">Threads within an operator; operators run one after the other.</param>
    /// <param name="graphOptimizations">If off, every operator runs as the file says, so that tensors can be compared one by one.</param>
    /// <exception cref="ModelException">OnnxRuntime cannot load the model,
    /// or the model does not have exactly one input of a type that images can have, with an open or fixed batch.</exception>
    public FloatReference(byte[] model, int threads, bool graphOptimizations = true)
        : this(OnnxFile.Read(new MemoryStream(model)), threads, graphOptimizations)
    {
    }

    /// <inheritdoc cref="FloatReference(byte[], int, bool)"/>
    public FloatReference(OnnxModel model, int threads, bool graphOptimizations = true)
    {
        byte[] bytes = OnnxFile.ToBytes(FloatTopology.WithoutUnneeded(QonnxExpansion.Of(model)));
        using var options = new SessionOptions
        {
            IntraOpNumThreads = threads,
            InterOpNumThreads = 1,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            GraphOptimizationLevel = graphOptimizations ? GraphOptimizationLevel.ORT_ENABLE_ALL : GraphOptimizationLevel.ORT_DISABLE_ALL,
            // Errors arrive as exceptions. OnnxRuntime would also print them to the terminal first, in its own words.
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL,
        };
        try
        {
            _session = new(bytes, options);
        }
        catch (OnnxRuntimeException exception)
        {
            throw new ModelException($"OnnxRuntime cannot load the model: {exception.Message}", exception);
        }
        if (_session.InputMetadata.Count != 1)
            throw new ModelException($"OnnxRuntime finds {_session.InputMetadata.Count} inputs in the model; "
                + "supported is one, the images.");
        (InputName, var input) = _session.InputMetadata.Single();
        _type = input.ElementDataType;
        Integers = IntegerInput.Of((OnnxDataType)(int)_type);
        if ((_type is not (TensorElementType.Float or TensorElementType.Float16) && Integers is null) || input.Dimensions.Length < 2
            || input.Dimensions.AsSpan(1).ContainsAnyExceptInRange(1, int.MaxValue))
            throw new ModelException(
                $"Input '{InputName}' of the model is {input.ElementDataType} [{string.Join(", ", input.Dimensions)}]; "
                + "supported is float, float16, uint8, int8 or int32 with only axis 0 (the batch) open.");
        _channelsLast = input.Dimensions.Length == 4 && ImageInput.IsChannelsLast(model, InputName);
        _inputShape = Array.ConvertAll(input.Dimensions, size => (long)size);
        long numbers = Elements(_inputShape);
        if (numbers > ModelLimits.MostElements)
            throw new ModelException($"Input '{InputName}' of the model is [{string.Join(", ", input.Dimensions)}]; "
                + $"at most {ModelLimits.MostElements} numbers a run are supported.");
        FixedBatch = _inputShape[0] > 0 ? (int)_inputShape[0] : null;
        _imageSize = (int)(numbers / (FixedBatch ?? 1));
        OutputNames = [.. _session.OutputNames];
        if (OutputNames.Count == 0
            || _session.OutputMetadata[OutputNames[0]] is not { IsTensor: true, ElementDataType: TensorElementType.Float
                or TensorElementType.Float16 or TensorElementType.Int64 or TensorElementType.UInt8 or TensorElementType.Int8 })
            throw new ModelException("The first output of the model is not a tensor of floats, codes or classes; "
                + "supported is one, the logits.");
    }

    public string InputName { get; }

    /// <summary>Names of the outputs. The first is the logits; <see cref="Lowering.FloatTopology.WithOutputs"/> exposes others.</summary>
    public IReadOnlyList<string> OutputNames { get; }

    /// <summary>The number of images per run that the file fixes; null if any number may run.</summary>
    public int? FixedBatch { get; }

    /// <summary>The type of the input if it is one of integers, to which numbers of images are then rounded; null for others.</summary>
    public IntegerInput? Integers { get; }

    /// <summary>Shape of one image, channels first.</summary>
    public IReadOnlyList<long> ImageShape =>
        _channelsLast ? [_inputShape[3], _inputShape[1], _inputShape[2]] : _inputShape[1..];

    /// <summary>The number of elements of one image.</summary>
    public int ImageSize => _imageSize;

    /// <summary>Runs <paramref name="count"/> images; a fixed batch is run as often as needed, the last one filled with zeros.</summary>
    /// <param name="images"><c>[image, channel, y, x]</c></param>
    /// <param name="logits"><c>[image, class]</c></param>
    /// <exception cref="ArgumentException">A span does not have the length of these images or logits.</exception>
    public void Run(ReadOnlySpan<float> images, int count, Span<float> logits)
    {
        RequireImages(images, count);
        int batch = FixedBatch ?? count;
        for (int first = 0; first < count; first += batch)
        {
            int here = Math.Min(batch, count - first);
            using var results = RunBatch(images.Slice(first * _imageSize, here * _imageSize), batch, [OutputNames[0]]);
            float[] part = Floats(results[0]);
            int classes = part.Length / batch;
            if (classes * batch != part.Length)
                throw new ModelException($"Output '{OutputNames[0]}' of the model has {part.Length} numbers for {batch} images; "
                    + "supported is the same number of logits for each image.");
            if (logits.Length != count * classes)
                throw new ArgumentException($"{count} images give {count * classes} logits; the span has {logits.Length}.", nameof(logits));
            part.AsSpan(0, here * classes).CopyTo(logits[(first * classes)..]);
        }
    }

    /// <summary>Returns every float output of one image, by name. A fixed batch is filled with the image, so that what is quantized for
    /// all images of a run at once is quantized as for this image alone. An output of one number is that of the run.</summary>
    /// <exception cref="ArgumentException">The span is not one image.</exception>
    public IReadOnlyDictionary<string, float[]> RunOne(ReadOnlySpan<float> image)
    {
        RequireImages(image, 1);
        int batch = FixedBatch ?? 1;
        var copies = new float[batch * _imageSize];
        for (int copy = 0; copy < batch; copy++) image.CopyTo(copies.AsSpan(copy * _imageSize));
        using var results = RunBatch(copies, batch, OutputNames);
        return OutputNames.Zip(results.Select(Floats))
            .ToDictionary(pair => pair.First, pair => pair.Second[..Math.Max(pair.Second.Length / batch, Math.Min(1, pair.Second.Length))]);
    }

    private IDisposableReadOnlyCollection<OrtValue> RunBatch(ReadOnlySpan<float> images, int batch, IReadOnlyCollection<string> outputs)
    {
        var own = Interlocked.Exchange(ref _spare, null);
        if (own?.Length != batch * _imageSize) own = new float[batch * _imageSize];
        if (_channelsLast) PutChannelsLast(images, own);
        else images.CopyTo(own);
        own.AsSpan(images.Length).Clear();
        using var input = Tensor(own, [batch, .. _inputShape[1..]]);
        try
        {
            return _session.Run(_run, [InputName], [input], outputs);
        }
        catch (OnnxRuntimeException exception)
        {
            throw new ModelException($"OnnxRuntime cannot run the model: {exception.Message}", exception);
        }
        finally
        {
            _spare = own;
        }
    }

    /// <summary>Returns the number of elements; an open batch counts as 1. No product overflows:
    /// each factor is below 2^31, and the loop ends beyond the limit.</summary>
    private static long Elements(long[] shape)
    {
        long count = 1;
        foreach (long size in shape)
        {
            count *= Math.Max(1, size);
            if (count > ModelLimits.MostElements) break;
        }
        return count;
    }

    /// <summary>Returns the number of logits per image, found by running one image of zeros.</summary>
    /// <exception cref="ModelException">OnnxRuntime cannot run the network.</exception>
    public int CountLogits()
    {
        int batch = FixedBatch ?? 1;
        using var results = RunBatch(new float[_imageSize], batch, [OutputNames[0]]);
        return Floats(results[0]).Length / batch;
    }

    /// <summary>Elements in the type of the input; an input of integers takes the nearest one.</summary>
    private OrtValue Tensor(float[] elements, long[] shape) => _type switch
    {
        TensorElementType.Float16 =>
            OrtValue.CreateTensorValueFromMemory(
                Array.ConvertAll(elements, element => new Float16(BitConverter.HalfToUInt16Bits((Half)element))),
                shape),
        TensorElementType.UInt8 => Rounded(elements, shape, integer => (byte)integer),
        TensorElementType.Int8 => Rounded(elements, shape, integer => (sbyte)integer),
        TensorElementType.Int32 => Rounded(elements, shape, integer => integer),
        _ => OrtValue.CreateTensorValueFromMemory(elements, shape),
    };

    private OrtValue Rounded<T>(float[] elements, long[] shape, Func<int, T> cast) where T : unmanaged =>
        OrtValue.CreateTensorValueFromMemory(Array.ConvertAll(elements,
            element => cast((int)Math.Clamp(Math.Round((double)element), Integers!.Least, Integers.Most))), shape);

    private static float[] Floats(OrtValue tensor) => tensor.GetTensorTypeAndShape().ElementDataType switch
    {
        TensorElementType.Int64 => Array.ConvertAll(tensor.GetTensorDataAsSpan<long>().ToArray(), element => (float)element),
        TensorElementType.UInt8 => Array.ConvertAll(tensor.GetTensorDataAsSpan<byte>().ToArray(), element => (float)element),
        TensorElementType.Int8 => Array.ConvertAll(tensor.GetTensorDataAsSpan<sbyte>().ToArray(), element => (float)element),
        TensorElementType.Float16 => Array.ConvertAll(tensor.GetTensorDataAsSpan<Float16>().ToArray(),
            element => (float)BitConverter.UInt16BitsToHalf(element.value)),
        _ => tensor.GetTensorDataAsSpan<float>().ToArray(),
    };

    /// <summary>Copies images <c>[channel, y, x]</c> to <c>[y, x, channel]</c>.</summary>
    private void PutChannelsLast(ReadOnlySpan<float> images, Span<float> to)
    {
        int channels = (int)_inputShape[3], pixels = _imageSize / channels;
        for (int i = 0; i < images.Length; i++)
        {
            var (image, at) = Math.DivRem(i, _imageSize);
            var (channel, pixel) = Math.DivRem(at, pixels);
            to[(image * _imageSize) + (pixel * channels) + channel] = images[i];
        }
    }

    private void RequireImages(ReadOnlySpan<float> images, int count)
    {
        if (count < 0 || images.Length != (long)count * _imageSize)
            throw new ArgumentException($"{count} images of {_imageSize} numbers are expected; the span has {images.Length}.",
                nameof(images));
    }

    public void Dispose()
    {
        _run.Dispose();
        _session.Dispose();
    }
}

namespace ImcEngine.Tests;

public class ReadingTests
{
    private static readonly ImcException Explained = new("explained");

    [Fact]
    public void What_is_read_comes_back() => Assert.Equal(5, Reading.File("x.onnx", "importing the network", () => 5));

    public static TheoryData<Exception> Unexpected => [new IndexOutOfRangeException("i"), new OutOfMemoryException("m"),
        new OverflowException("o"), new AggregateException(new InvalidCastException("c"))];

    [Theory, MemberData(nameof(Unexpected))]
    public void An_unexpected_exception_names_file_and_stage(Exception thrown)
    {
        var e = Assert.Throws<ImcException>(() => Reading.File<int>("x.onnx", "importing the network", () => throw thrown));
        var cause = thrown.InnerException ?? thrown;
        Assert.Equal($"'x.onnx' cannot be used: reading it failed at stage 'importing the network': {cause.GetType().Name}: "
            + $"{cause.Message}", e.Message);
        Assert.Same(thrown, e.InnerException);
    }

    public static TheoryData<Exception> Errors =>
        [Explained, new AggregateException(Explained), new AggregateException(new AggregateException(Explained)),
            new AggregateException(Explained, new ImcException("too"))];

    [Theory, MemberData(nameof(Errors))]
    public void An_error_that_explains_stays_as_it_is(Exception thrown) =>
        Assert.Same(Explained, Assert.Throws<ImcException>(() => Reading.File<int>("x.onnx", "importing the network", () => throw thrown)));

    [Fact]
    public void Cancelling_is_no_fault_of_the_file() =>
        Assert.Throws<OperationCanceledException>(() =>
            Reading.File<int>("x.onnx", "importing the network", () => throw new AggregateException(new OperationCanceledException())));

    [Fact]
    public void Errors_of_several_kinds_stay_together()
    {
        var mixed = new AggregateException(Explained, new InvalidOperationException());
        Assert.Same(mixed, Reading.CauseOf(mixed));
    }
}

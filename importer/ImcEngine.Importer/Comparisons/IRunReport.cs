namespace ImcEngine.Importer.Comparisons;

/// <summary>Who is told what a long run does: the program's report, or <see cref="QuietReport"/> of a library call.</summary>
internal interface IRunReport
{
    /// <summary>A sentence that the user should know.</summary>
    void Line(string text);

    /// <summary>Does work that counts what it has done of <paramref name="total"/>, such as images.</summary>
    /// <param name="title">What is done.</param>
    /// <param name="things">What is counted, e.g. <c>images</c>.</param>
    Task<T> WithCountAsync<T>(string title, string things, int total, Func<Action<int>, T> work);

    /// <summary>Does work that reports no progress. If it takes long, the notice says what is running.</summary>
    void WithNotice(string notice, Action work);
}

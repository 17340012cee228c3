namespace ImcEngine.Importer.Comparisons;

/// <summary>Is told what a long run does: the program's report, or <see cref="QuietReport"/> of a library call.</summary>
internal interface IRunReport
{
    /// <summary>A sentence that the user should know.</summary>
    void Line(string text);

    /// <summary>Runs work that counts how much of <paramref name="total"/> is done, such as images.</summary>
    /// <param name="title">What is done.</param>
    /// <param name="things">What is counted, e.g. <c>images</c>.</param>
    Task<T> WithCountAsync<T>(string title, string things, int total, Func<Action<int>, T> work);

    /// <summary>Runs work that reports no progress. If it takes long, the notice says what is running.</summary>
    void WithNotice(string notice, Action work);
}

namespace ImcEngine.Data;

/// <summary>An image that cannot be read or decoded. The message names it and says why.</summary>
internal sealed class BrokenImageException(string message, Exception cause) : ImcException(message, cause);

namespace ImcEngine;

/// <summary>
/// The user's input cannot be used. The message says what was found, what is allowed and what to do;
/// the <c>imc</c> program prints it and exits with code 2.
/// </summary>
public class ImcException(string message, Exception? inner = null) : Exception(message, inner);

namespace ManagedTransformer;

/// <summary>
/// Reports something that the user can put right: a missing or damaged file, an unknown option, a character outside the vocabulary.
/// The message is one sentence that names what is at fault and can be shown as it is, without a stack trace.
/// </summary>
public sealed class InputException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">One sentence that names the file, key, option or character at fault.</param>
    public InputException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with the failure that led to it.</summary>
    /// <param name="message">One sentence that names the file, key, option or character at fault.</param>
    /// <param name="innerException">The failure underneath.</param>
    public InputException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>
    /// The option whose value is out of its range, type and property such as <c>GenerationOptions.WindowStride</c>; null where it is not
    /// an option that is at fault.
    /// </summary>
    public string? Option { get; init; }
}

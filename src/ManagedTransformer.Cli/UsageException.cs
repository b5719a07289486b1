namespace ManagedTransformer.Cli;

/// <summary>The command was called in a wrong way, which showed only after its model or recipe was read: exit code 2.</summary>
/// <param name="message">One sentence that names the option or argument at fault.</param>
internal sealed class UsageException(string message) : Exception(message);

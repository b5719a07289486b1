namespace ManagedTransformer.Cli.Commands;

/// <summary>A line of standard input.</summary>
/// <param name="Number">From 1.</param>
/// <param name="Text">The text; null where it cannot be used.</param>
/// <param name="Error">Why it cannot be used; null where it can.</param>
internal readonly record struct InputLine(long Number, string? Text, string? Error);

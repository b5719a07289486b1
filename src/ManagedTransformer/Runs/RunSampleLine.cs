namespace ManagedTransformer.Runs;

/// <summary>A piece of text of a sample.</summary>
/// <param name="Label">What it is.</param>
/// <param name="Text">The text.</param>
public sealed record RunSampleLine(string Label, string Text);

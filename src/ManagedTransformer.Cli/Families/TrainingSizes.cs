namespace ManagedTransformer.Cli.Families;

/// <summary>What the command line of <c>mt bench train</c> says; null: what the recipe says.</summary>
/// <param name="Layers">Number of layers.</param>
/// <param name="Dim">Width of the model.</param>
/// <param name="Heads">Number of heads.</param>
/// <param name="Sequence">Tokens per row.</param>
/// <param name="Batch">Rows per batch.</param>
/// <param name="Vocab">Size of the vocabulary.</param>
/// <param name="Steps">Steps to measure.</param>
internal sealed record TrainingSizes(int? Layers, int? Dim, int? Heads, int? Sequence, int? Batch, int? Vocab, int Steps);

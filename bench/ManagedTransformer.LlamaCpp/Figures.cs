namespace ManagedTransformer.LlamaCpp;

/// <summary>What one process measured.</summary>
/// <param name="Prompt">Tokens per second of a prompt.</param>
/// <param name="Generation">Tokens per second, one by one behind it.</param>
/// <param name="PeakBytes">The most memory that the process had, pages of mapped files included.</param>
/// <param name="Best">The likeliest token behind the prompt.</param>
/// <param name="Score">Its logit.</param>
internal sealed record Figures(double Prompt, double Generation, long PeakBytes, int Best, double Score);

namespace ManagedTransformer.Gpu.Tests;

/// <summary>A launch takes more instructions than it was allowed: it is too large for the interpreter, or never ends.</summary>
internal sealed class PtxBudgetException(string message) : Exception(message);

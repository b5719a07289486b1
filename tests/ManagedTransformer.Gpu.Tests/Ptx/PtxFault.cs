namespace ManagedTransformer.Gpu.Tests;

/// <summary>What a kernel does wrong: the message names the kernel, the instruction and the thread.</summary>
internal sealed class PtxFault(string message) : Exception(message);

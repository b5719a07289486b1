namespace ManagedTransformer.Gpu.Tests;

/// <summary>What NVIDIA's assembler says of a kernel.</summary>
/// <param name="Registers">Per thread.</param>
/// <param name="SpillBytes">Stored to and loaded from local memory because registers do not suffice.</param>
/// <param name="Error">Empty if it assembles.</param>
internal sealed record PtxAssembly(int Registers, int SpillBytes, string Error);

namespace ManagedTransformer.Gpu.Tests;

/// <summary>Four numbers that the compiler loads and stores together.</summary>
internal struct Quad
{
    public float A, B, C, D;
}

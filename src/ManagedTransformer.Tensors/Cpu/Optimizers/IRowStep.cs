namespace ManagedTransformer.Tensors.Cpu.Optimizers;

/// <summary>A step over a whole array that can also be done for a part of a row, with a gradient that stands elsewhere.</summary>
internal unsafe interface IRowStep : IRangeJob
{
    /// <summary>Updates the elements from <paramref name="first"/> on.</summary>
    /// <param name="first">Offset into the table.</param>
    /// <param name="gradient">The gradient of these elements.</param>
    /// <param name="count">Number of elements.</param>
    void Update(long first, float* gradient, int count);

    /// <summary>Asks for what <see cref="Update"/> will need.</summary>
    /// <param name="first">Offset into the table.</param>
    /// <param name="width">Number of elements.</param>
    void AskFor(long first, long width);
}

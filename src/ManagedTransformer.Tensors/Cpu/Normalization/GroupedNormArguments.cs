using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors.Cpu.Normalization;

/// <summary>A <see cref="GroupedNormProblem"/> with pointers in place of buffers; those of absent buffers are null.</summary>
internal readonly unsafe struct GroupedNormArguments(in GroupedNormProblem problem)
{
    public readonly float* X = problem.X.Floats(), Gain = problem.Gain.Floats(), Bias = problem.Bias.Floats(),
        First = problem.First.Floats();
    public readonly float* Y = problem.Y.Floats(), Mean = problem.Mean.Floats(), Rstd = problem.Rstd.Floats();
    public readonly float* DX = problem.DX.Floats(), DFirst = problem.DFirst.Floats();
    public readonly long Rows = problem.Rows;
    public readonly int Groups = problem.Groups, Width = problem.Width, FirstWidth = problem.FirstWidth, Chunks = problem.Chunks;
    public readonly int Features = problem.Features, Outputs = problem.Outputs;
    public readonly bool Shuffle = problem.Shuffle;
    public readonly float Epsilon = problem.Epsilon;

    /// <summary>Rows that are worked on together, so that the groups' chains of dependent steps overlap.</summary>
    /// <param name="floats">Floats of a block of rows.</param>
    public int BlockRows(int floats) => Math.Max(1, floats / Features);

    /// <summary>Features of the first array in a chunk of the mixed row.</summary>
    public int FirstChunk => FirstWidth / Chunks;

    /// <summary>Normalised features in a chunk of the mixed row.</summary>
    public int Chunk => Features / Chunks;
}

using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors.Cpu;

/// <summary>
/// One matrix product, or a batch of equal ones: C[m, n] = activation(alpha * sum over k of op(A)[m, k] op(B)[k, n] + (C[m, n] if
/// accumulating) + bias[n]).
/// </summary>
/// <remarks>All matrices are row-major. Strides count elements, not bytes. C overlaps neither A nor B.</remarks>
internal unsafe struct GemmProblem
{
    /// <summary>Rows of op(A) and C.</summary>
    public int M;

    /// <summary>Columns of op(B) and C.</summary>
    public int N;

    /// <summary>Columns of op(A) and rows of op(B); 0 makes the sum zero.</summary>
    public int K;

    /// <summary>Number of products.</summary>
    public int Batch = 1;

    /// <summary>[M, K], or [K, M] if <see cref="TransposeA"/>.</summary>
    public float* A;

    /// <summary>Elements from one stored row of A to the next.</summary>
    public long Lda;

    /// <summary>op(A) is the transpose of the stored matrix.</summary>
    public bool TransposeA;

    /// <summary>Elements from the A of one product to the A of the next; 0 uses the same A for all.</summary>
    public long BatchStrideA;

    /// <summary>[K, N], or [N, K] if <see cref="TransposeB"/>.</summary>
    public float* B;

    /// <summary>B as BFloat16 in place of <see cref="B"/>, with <see cref="TransposeB"/>; or null.</summary>
    public ushort* BFloat16B;

    /// <summary>Elements from one stored row of B to the next.</summary>
    public long Ldb;

    /// <summary>op(B) is the transpose of the stored matrix.</summary>
    public bool TransposeB;

    /// <summary>Elements from the B of one product to the B of the next; 0 uses the same B for all.</summary>
    public long BatchStrideB;

    /// <summary>[M, N], the result.</summary>
    public float* C;

    /// <summary>Elements from one row of C to the next.</summary>
    public long Ldc;

    /// <summary>Elements from the C of one product to the C of the next.</summary>
    public long BatchStrideC;

    /// <summary>Factor of the product.</summary>
    public float Alpha = 1;

    /// <summary>Adds to what C holds; otherwise C is only written.</summary>
    public bool Accumulate;

    /// <summary>[N], or null.</summary>
    public float* Bias;

    /// <summary>Elements from the bias of one product to that of the next; 0: all have the same.</summary>
    public long BatchStrideBias;

    /// <summary>Function applied last.</summary>
    public Activation Activation;

    /// <summary>Receives the value before the activation, laid out as C; or null.</summary>
    public float* PreActivation;

    /// <summary>Every row of C has the bits that it has as the only row.</summary>
    public bool BatchInvariant;

    /// <summary>True if one thread computes the product while the others compute others; changes no result.</summary>
    public bool SideBySide;

    /// <summary>A single product with alpha 1 and nothing else set.</summary>
    public GemmProblem()
    {
    }

    /// <summary>The problem of the kernel contract with addresses in place of buffers.</summary>
    public static GemmProblem Of(in MatMulProblem problem) => new()
    {
        M = problem.M,
        N = problem.N,
        K = problem.K,
        Batch = problem.Batch,
        A = problem.A.Floats(),
        Lda = problem.StrideA,
        TransposeA = problem.TransposeA,
        BatchStrideA = problem.BatchStrideA,
        B = problem.TypeOfB == DType.BFloat16 ? null : problem.B.Floats(),
        BFloat16B = problem.TypeOfB == DType.BFloat16 ? problem.B.Halves() : null,
        Ldb = problem.StrideB,
        TransposeB = problem.TransposeB,
        BatchStrideB = problem.BatchStrideB,
        C = problem.C.Floats(),
        Ldc = problem.StrideC,
        BatchStrideC = problem.BatchStrideC,
        Alpha = problem.Alpha,
        Accumulate = problem.Accumulate,
        Bias = problem.Bias.Floats(),
        BatchStrideBias = problem.BatchStrideBias,
        Activation = problem.Activation,
        PreActivation = problem.PreActivation.Floats(),
        BatchInvariant = problem.BatchInvariant,
    };
}

namespace ManagedTransformer.Tensors.Kernels;

/// <summary>
/// C = act(alpha op(A) op(B) + bias [+ C]) for <see cref="Batch"/> row-major matrices. op(A) is [M, K]: A is stored [M, K], or [K, M] when
/// <see cref="TransposeA"/>; B is stored [K, N], or [N, K] when <see cref="TransposeB"/>.
/// Leading strides are distances between stored rows.
/// </summary>
internal struct MatMulProblem
{
    public int Batch, M, N, K;
    public DeviceBuffer A, B, C;
    public long StrideA, StrideB, StrideC;
    public long BatchStrideA, BatchStrideB, BatchStrideC;
    public bool TransposeA, TransposeB;

    /// <summary>
    /// Float32, or, for a single product with <see cref="TransposeB"/>, BFloat16: B's elements are widened as they are read.
    /// </summary>
    public DType TypeOfB;

    public float Alpha;

    /// <summary>Adds to what C holds instead of overwriting it.</summary>
    public bool Accumulate;

    /// <summary>[N], or absent.</summary>
    public DeviceBuffer Bias;

    /// <summary>Elements from the bias of one product to that of the next; 0: all have the same.</summary>
    public long BatchStrideBias;

    public Activation Activation;

    /// <summary>Every row of C has the bits that it has as the only row (<see cref="BatchInvariantScope"/>).</summary>
    public bool BatchInvariant;

    /// <summary>Receives the value before the activation, laid out like C; absent where no gradient is needed.</summary>
    public DeviceBuffer PreActivation;

    /// <summary>One product op(A) op(B) of the given sizes, with alpha 1 and nothing else set.</summary>
    public static MatMulProblem Single(int m, int n, int k, DeviceBuffer a, long strideA, bool transposeA, DeviceBuffer b, long strideB,
        bool transposeB, DeviceBuffer c, long strideC, bool accumulate = false) => new()
        {
            Batch = 1,
            M = m,
            N = n,
            K = k,
            A = a,
            StrideA = strideA,
            TransposeA = transposeA,
            B = b,
            StrideB = strideB,
            TransposeB = transposeB,
            C = c,
            StrideC = strideC,
            Alpha = 1,
            Accumulate = accumulate,
        };
}

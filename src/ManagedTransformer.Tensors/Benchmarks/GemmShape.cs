namespace ManagedTransformer.Tensors.Benchmarks;

/// <summary>The matrix product C = op(A) op(B) with op(A) [M, K] and op(B) [K, N].</summary>
/// <param name="M">Rows of C.</param>
/// <param name="N">Columns of C.</param>
/// <param name="K">Length of the sums.</param>
/// <param name="TransposeA">True if A is stored [K, M].</param>
/// <param name="TransposeB">True if B is stored [N, K].</param>
public readonly record struct GemmShape(int M, int N, int K, bool TransposeA = false, bool TransposeB = false);

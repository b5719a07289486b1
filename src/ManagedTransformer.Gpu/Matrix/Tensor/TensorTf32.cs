using System.Runtime.CompilerServices;
using ILGPU.Runtime.Cuda;

namespace ManagedTransformer.Gpu;

/// <summary>Operands rounded to 11 significant bits.</summary>
internal readonly struct TensorTf32 : ITensorPrecision
{
    public bool NeedsCheck => false;

    public int Products => 1;

    public bool IsPaired => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void TakeLeft(bool second) => CudaAsm.Emit(TensorText.RoundLeftToTf32);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void TakeRight(bool second, bool isExact) => CudaAsm.Emit(TensorText.RoundRightToTf32);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Multiply(int band, bool isExact) => TensorSums.AddTf32(band);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void MultiplyMirrored(int band) => TensorSums.AddTf32(band);
}

using System.Runtime.CompilerServices;
using ManagedTransformer.Tensors.Cpu.Simd;

namespace ManagedTransformer.Tensors.Cpu.Attention;

/// <summary>
/// The soft mask of one query over its slots, oldest first: m[c] = clip((z + 1 - d) / Ramp + 1, 0, 1) with d = slots - c.
/// </summary>
internal readonly struct SpanRamp<TOps, TVector>
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    private readonly float _reach, _ramp;
    private readonly int _slots;

    public SpanRamp(float span, int slots, int ramp)
    {
        (_reach, _ramp, _slots) = (span + 1, ramp, slots);
        // Nearer slots than the distance floor(z + 1) have a value above 1.
        Slots = (int)Math.Clamp((double)slots - MathF.Floor(_reach) + 1, 0, slots);
    }

    private SpanRamp(int slots) => _slots = slots;

    /// <summary>No mask: 1 everywhere.</summary>
    public static SpanRamp<TOps, TVector> None(int slots) => new(slots);

    /// <summary>The oldest slots, whose mask is 1 at most; it is 1 on the others.</summary>
    public int Slots { get; }

    /// <summary>The mask before it is clipped, from slot c on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector Raw(int c)
    {
        TVector distance = TOps.Subtract(TOps.Broadcast(_slots - c), TOps.ToFloats(TOps.IntegerSequence));
        return TOps.Add(TOps.Divide(TOps.Subtract(TOps.Broadcast(_reach), distance), TOps.Broadcast(_ramp)), TOps.Broadcast(1f));
    }

    /// <summary>Clips values of <see cref="Raw"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Clip(TVector raw) => TOps.Min(TOps.Max(raw, TOps.Zero), TOps.Broadcast(1f));
}

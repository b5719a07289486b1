namespace ManagedTransformer.Tensors.Cpu;

/// <summary>What the next block of k reads of both factors.</summary>
internal unsafe struct GemmBlockAhead(GemmColumnsAhead ofA, GemmColumnsAhead ofB)
{
    private GemmColumnsAhead _ofA = ofA, _ofB = ofB;

    /// <summary>What the next micro-tile asks for; <paramref name="atHand"/> if that is nothing.</summary>
    public GemmAhead Next(float* atHand) => _ofA.HasNext ? _ofA.Next() : _ofB.HasNext ? _ofB.Next() : GemmAhead.Nothing(atHand);
}

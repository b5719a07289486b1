namespace ManagedTransformer.Gpu;

/// <summary>For how many thin vectors a kernel is made: a constant of its type, so that the code for the others falls away.</summary>
internal interface IThinCount
{
    int Count { get; }
}

namespace ManagedTransformer.Tensors;

/// <summary>Placeholder.</summary>
public class Tensor
{
    /// <summary>Placeholder.</summary>
    public static void Keep()
    {
    }
}

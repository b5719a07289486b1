namespace ManagedTransformer.Extensions.AI;

/// <summary>What clients answer to whoever asks for their parts.</summary>
internal static class ClientServices
{
    /// <summary>The first of the parts that has a type; null for none, and for every key.</summary>
    /// <param name="type">The type that is asked for.</param>
    /// <param name="key">Null; no part has one.</param>
    /// <param name="parts">The client itself and what it stands on.</param>
    public static object? Find(Type type, object? key, params ReadOnlySpan<object> parts)
    {
        ArgumentNullException.ThrowIfNull(type);
        foreach (object part in parts)
        {
            if (key is null && type.IsInstanceOfType(part))
            {
                return part;
            }
        }

        return null;
    }
}

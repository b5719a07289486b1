using System.Runtime.CompilerServices;

namespace ManagedTransformer.Tensors;

/// <summary>Names of an enumeration's values 0, 1, 2, ... for messages, without an allocation where none is written.</summary>
internal static class OperationName<TOperation>
    where TOperation : struct, Enum
{
    private static readonly string[] _names = Enum.GetNames<TOperation>();

    /// <summary>The name of a value.</summary>
    public static string Of(TOperation operation) => _names[Unsafe.As<TOperation, int>(ref operation)];
}

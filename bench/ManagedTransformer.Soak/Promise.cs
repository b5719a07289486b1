using System.Diagnostics.CodeAnalysis;

namespace ManagedTransformer.Soak;

/// <summary>What must hold.</summary>
internal static class Promise
{
    /// <summary>Ends the soak where something does not hold.</summary>
    /// <param name="holds">Whether it holds.</param>
    /// <param name="otherwise">The sentence where it does not.</param>
    public static void Require([DoesNotReturnIf(false)] bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new BrokenPromiseException(otherwise);
        }
    }
}

using System.Collections.Immutable;
using System.Reflection;
using ILGPU.Backends;
using ILGPU.IR.Transformations;

namespace ManagedTransformer.Gpu;

/// <summary>
/// Takes a fault out of ILGPU 1.5.3: at level O2 its last pass moves a load whose value only goes into the next round of a loop (or into a
/// branch) behind the stores and
/// barriers of its block, so that <c>c = a[i]; a[i] = sum; sum += c;</c> reads what it has just written. The pass has a mode that leaves
/// memory operations where they are; which mode is used
/// cannot be chosen through the public interface.
/// </summary>
internal static class CompilerRepair
{
    /// <summary>Lets a compiler leave memory operations in their order.</summary>
    /// <exception cref="NotSupportedException">This is another version of ILGPU, which has to be looked at.</exception>
    public static void Apply(Backend backend)
    {
        PropertyInfo property =
            typeof(Backend).GetProperty("KernelTransformers", BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public)
            ?? throw Unknown();
        var transformers = (ImmutableArray<Transformer>)property.GetValue(backend)!;
        int replaced = 0;
        ImmutableArray<Transformer> repaired = [.. transformers.Select(Repaired)];
        property.SetValue(backend, repaired);
        if (replaced == 0)
        {
            throw Unknown();
        }

        Transformer Repaired(Transformer transformer)
        {
            Transformer.Builder builder = Transformer.CreateBuilder(transformer.Configuration);
            foreach (Transformation step in transformer.Transformations)
            {
                bool isFaulty = step is CodePlacement { Mode: CodePlacementMode.Aggressive };
                replaced += isFaulty ? 1 : 0;
                builder.Add(isFaulty ? new CodePlacement<CodePlacement.GroupOperands>(CodePlacementMode.Default) : step);
            }

            return builder.ToTransformer();
        }
    }

    private static NotSupportedException Unknown() => new("ILGPU's passes are not those of version 1.5.3.");
}

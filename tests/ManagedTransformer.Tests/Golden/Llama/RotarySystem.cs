using ManagedTransformer.Architectures.Llama;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Tests.Golden.Llama;

internal sealed class RotarySystem : IGoldenSystem
{
    public string Name => "rotary";

    public void Run(GoldenCase test, GoldenCheck check)
    {
        RotaryConfig config = LlamaModels.Rotary(test);
        int width = config.HeadDim!.Value;
        double[] frequencies = config.Frequencies(width);
        check.Compare("out/inv_freq", frequencies);
        check.Compare("out/wavelength", [.. frequencies.Select(f => 2 * Math.PI / f)]);

        // The cases have heads in front of positions.
        Tensor x = check.Input("x"), rows = x.Transpose(1, 2);
        (Tensor cos, Tensor sin) = new RotaryTable(frequencies).For(LlamaModels.Reach(test, x.Shape[2]), x.Device);
        Tensor y = rows.Rotate(cos, sin, LlamaModels.Positions(test)).Transpose(1, 2);
        check.Compare("out/y", y.Contiguous());
        check.Differentiate(("y", y));
        check.CompareInputGradient("x", x);
    }
}

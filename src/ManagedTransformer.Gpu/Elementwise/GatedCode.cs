namespace ManagedTransformer.Gpu;

/// <summary>y = act(gate) up, and dgate = dy up act'(gate), dup = dy act(gate): the threads stride over the elements.</summary>
internal static class GatedCode
{
    public static void Forward(GatedArguments arguments)
    {
        for (long i = GridStride.First; i < arguments.Count; i += GridStride.Step)
        {
            long row = i / arguments.Width, column = i % arguments.Width;
            float gate = arguments.Gate[(row * arguments.GateStride) + column];
            arguments.Y[i] = GpuActivation.Apply(arguments.Activation, gate) * arguments.Up[(row * arguments.UpStride) + column];
        }
    }

    public static void Backward(GatedArguments arguments)
    {
        for (long i = GridStride.First; i < arguments.Count; i += GridStride.Step)
        {
            long row = i / arguments.Width, column = i % arguments.Width;
            float gate = arguments.Gate[(row * arguments.GateStride) + column], dy = arguments.DY[i],
                up = arguments.Up[(row * arguments.UpStride) + column];
            arguments.DGate[(row * arguments.DGateStride) + column] =
                dy * up * GpuActivation.Derivative(arguments.Activation, gate);
            arguments.DUp[(row * arguments.DUpStride) + column] = dy * GpuActivation.Apply(arguments.Activation, gate);
        }
    }
}

using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>With e = dy' act'(gain n + bias): e n and e, for "rows" that are the groups of the rows one after the other.</summary>
internal struct GroupedNormTerm : IColumnTerm
{
    public ArrayView<float> X, Gain, Bias, Mean, Rstd, DY;
    public GroupedNormPlaces Places;
    public int Activation;

    public readonly FloatPair At(long row, int column)
    {
        long whole = row / Places.Groups;
        int place = ((int)(row - (whole * Places.Groups)) * Places.Width) + column;
        float normal = (X[(whole * Places.Features) + Places.Source(place)] - Mean[row]) * Rstd[row];
        float derivative = GpuActivation.Derivative(Activation, (Gain[column] * normal) + Bias[column]);
        float e = DY[(whole * Places.Outputs) + Places.Result(place)] * derivative;
        return new FloatPair { A = e * normal, B = e };
    }
}

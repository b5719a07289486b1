using ManagedTransformer.Tensors;
using MathNet.Numerics.LinearAlgebra;

namespace ManagedTransformer.Architectures.LinearAttention;

/// <summary>
/// Random projections whose rows are orthogonal within blocks of d rows (Choromanski et al., 2021, section 2.4): Q of the QR decomposition
/// of a Gaussian matrix, each row stretched to the norm of an independent Gaussian vector, so that every row alone is distributed like one.
/// </summary>
internal static class OrthogonalFeatures
{
    /// <summary>[heads, rows, width].</summary>
    public static Tensor Draw(int heads, int rows, int width, RandomSource random)
    {
        int blocks = (rows + width - 1) / width;
        float[] gaussians = Tensor.Normal(new Shape(heads, blocks, width, width), 0, 1, random.NextKey(), Device.Cpu).ToArray();
        float[] lengths = Tensor.Normal(new Shape(heads, blocks, width, width), 0, 1, random.NextKey(), Device.Cpu).ToArray();
        float[] projection = new float[heads * rows * width];
        for (int head = 0; head < heads; head++)
        {
            for (int block = 0; block < blocks; block++)
            {
                int first = ((head * blocks) + block) * width * width, count = Math.Min(width, rows - (block * width));
                Matrix<double> q = Matrix<double>.Build.Dense(width, width, (i, j) => gaussians[first + (i * width) + j]).QR().Q;
                for (int i = 0; i < count; i++)
                {
                    double norm = Math.Sqrt(lengths.AsSpan(first + (i * width), width).ToArray().Sum(value => (double)value * value));
                    int target = ((head * rows) + (block * width) + i) * width;
                    for (int j = 0; j < width; j++)
                    {
                        projection[target + j] = (float)(norm * q[i, j]);
                    }
                }
            }
        }

        return Tensor.From(projection, new Shape(heads, rows, width));
    }
}

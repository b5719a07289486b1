namespace ManagedTransformer.Tests.Checkpoints.HuggingFace;

/// <summary>GPT-2 as its paper and code define it, one number after the other in double precision, straight from the raw tensors.</summary>
internal sealed class Gpt2Definition(Gpt2Sample sample, Func<double, double> activation)
{
    // x (1 + erf(x / sqrt 2)) / 2 with the power series of the error function, which the few units that occur here allow.
    public static double Gelu(double x)
    {
        double z = x / Math.Sqrt(2), power = z, sum = z;
        for (int n = 1; n < 150; n++)
        {
            power *= -z * z / n;
            sum += power / ((2 * n) + 1);
        }

        return x * (1 + (sum * 2 / Math.Sqrt(Math.PI))) / 2;
    }

    public static double GeluNew(double x) => 0.5 * x * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + (0.044715 * x * x * x))));

    /// <summary>Logits after every token, [T][V].</summary>
    public double[][] Logits(int[] ids)
    {
        const int dim = Gpt2Sample.Dim;
        double[][] x =
            [.. ids.Select((id, t) => Columns(i => this["wte.weight"][(id * dim) + i] + this["wpe.weight"][(t * dim) + i], dim))];
        for (int layer = 0; layer < Gpt2Sample.Layers; layer++)
        {
            string h = $"h.{layer}.";
            double[][] attended = Attention([.. x.Select(row => Conv1D(Norm(row, h + "ln_1"), h + "attn.c_attn"))]);
            for (int t = 0; t < x.Length; t++)
            {
                x[t] = Sum(x[t], Conv1D(attended[t], h + "attn.c_proj"));
                double[] inner = [.. Conv1D(Norm(x[t], h + "ln_2"), h + "mlp.c_fc").Select(activation)];
                x[t] = Sum(x[t], Conv1D(inner, h + "mlp.c_proj"));
            }
        }

        float[] output = this[sample.Tensors.ContainsKey("lm_head.weight") ? "lm_head.weight" : "wte.weight"];
        return [.. x.Select(row => Norm(row, "ln_f")).Select(row =>
            Columns(id => Enumerable.Range(0, dim).Sum(i => row[i] * output[(id * dim) + i]), sample.Vocabulary))];
    }

    private float[] this[string name] => sample.Tensors[name].Values;

    // y[o] = b[o] + sum over i of x[i] W[i, o]: the weight has the inputs first.
    private double[] Conv1D(double[] x, string name)
    {
        float[] weight = this[name + ".weight"], bias = this[name + ".bias"];
        return Columns(o => bias[o] + Enumerable.Range(0, x.Length).Sum(i => x[i] * weight[(i * bias.Length) + o]), bias.Length);
    }

    private double[] Norm(double[] x, string name)
    {
        double mean = x.Average(), variance = x.Average(value => (value - mean) * (value - mean));
        double epsilon = sample.Config["layer_norm_epsilon"]!.GetValue<double>();
        return Columns(i => ((x[i] - mean) / Math.Sqrt(variance + epsilon) * this[name + ".weight"][i]) + this[name + ".bias"][i],
            x.Length);
    }

    // Rows of query, key and value side by side; head h owns the columns h d .. (h + 1) d - 1 of each.
    private static double[][] Attention(double[][] rows)
    {
        const int dim = Gpt2Sample.Dim, size = dim / Gpt2Sample.Heads;
        double[][] result = [.. rows.Select(_ => new double[dim])];
        for (int t = 0; t < rows.Length; t++)
        {
            for (int first = 0; first < dim; first += size)
            {
                double[] scores =
                    Columns(u => Enumerable.Range(first, size).Sum(i => rows[t][i] * rows[u][dim + i]) / Math.Sqrt(size), t + 1);
                double[] weights = [.. scores.Select(score => Math.Exp(score - scores.Max()))];
                for (int i = first; i < first + size; i++)
                {
                    result[t][i] = Enumerable.Range(0, t + 1).Sum(u => weights[u] * rows[u][(2 * dim) + i]) / weights.Sum();
                }
            }
        }

        return result;
    }

    private static double[] Sum(double[] a, double[] b) => Columns(i => a[i] + b[i], a.Length);

    private static double[] Columns(Func<int, double> value, int count) => [.. Enumerable.Range(0, count).Select(value)];
}

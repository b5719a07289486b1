using System.Text.Json;
using Xunit;

namespace ManagedTransformer.Cli.Tests;

/// <summary>Sizes and multiply-adds of the published DeLighT and DeFINE recipes.</summary>
public sealed class DelightTests
{
    [Theory]
    [InlineData("delight-enro-128", 6_973_152, 1_282_171_040)]
    [InlineData("delight-enro-256", 12_667_304, 2_095_231_360)]
    [InlineData("delight-enro-384", 22_124_792, 3_438_990_960)]
    [InlineData("delight-enro-512", 35_642_508, 5_349_219_280)]
    [InlineData("delight-enro-640", 52_914_956, 7_790_864_320)]
    [InlineData("delight-ende-128", 8_093_408, 1_517_424_800)]
    [InlineData("delight-ende-256", 13_787_560, 2_330_485_120)]
    [InlineData("delight-ende-384", 23_245_048, 3_674_244_720)]
    [InlineData("delight-ende-512", 36_762_764, 5_584_473_040)]
    [InlineData("delight-ende-640", 54_035_212, 8_026_118_080)]
    [InlineData("delight-enfr-128", 8_193_760, 1_538_498_720)]
    [InlineData("delight-enfr-256", 13_887_912, 2_351_559_040)]
    [InlineData("delight-enfr-384", 23_345_400, 3_695_318_640)]
    [InlineData("delight-enfr-512", 36_863_116, 5_605_546_960)]
    [InlineData("delight-enfr-640", 54_135_564, 8_047_192_000)]
    [InlineData("delight-iwslt-de-en-320", 14_323_944, 1_926_493_040)]
    [InlineData("delight-iwslt-de-en-480", 29_399_940, 4_058_158_000)]
    [InlineData("delight-wikitext103-128", 14_346_164, 3_015_211_920)]
    [InlineData("delight-wikitext103-256", 18_794_540, 3_950_934_960)]
    [InlineData("delight-wikitext103-384", 24_997_032, 5_254_991_280)]
    [InlineData("delight-wikitext103-512", 35_101_170, 7_377_891_360)]
    [InlineData("delight-wikitext103-1024", 99_247_668, 20_853_319_200)]
    [InlineData("define-wikitext103-128", 16_503_132, 3_465_307_440)]
    [InlineData("define-wikitext103-256", 27_191_748, 5_709_217_920)]
    [InlineData("define-wikitext103-384", 41_902_696, 8_798_717_760)]
    [InlineData("define-wikitext103-512", 65_076_490, 13_664_103_600)]
    [InlineData("define-wikitext103-1024", 204_358_256, 42_912_634_800)]
    [InlineData("define-enro-384", 31_497_156, 4_514_542_720)]
    [InlineData("define-enro-512", 52_185_068, 7_248_588_720)]
    public void PublishedRecipesHaveThePublishedSizeAndMultiplyAdds(string recipe, long parameters, long macs)
    {
        JsonElement info = Workspace.Run("info", recipe, "--json").Json;
        Assert.Equal(parameters, info.GetProperty("parameters").GetInt64());
        Assert.Equal(macs, info.GetProperty("macs").GetInt64());
    }

    [Fact]
    public void ShowsTheBlocks()
    {
        string[] arguments = ["info", "delight-enro-384", "--source-length", "10", "--target-length", "10"];
        JsonElement info = Workspace.Run([.. arguments, "--json"]).Json;
        Assert.Equal(928_328_680, info.GetProperty("macs").GetInt64());
        Assert.Equal((10, 10), (info.GetProperty("source_length").GetInt32(), info.GetProperty("target_length").GetInt32()));
        Assert.Equal(407_104, info.GetProperty("embedding_unit").GetProperty("unit_parameters").GetInt64());
        JsonElement[] blocks = [.. info.GetProperty("blocks").EnumerateArray()];
        Assert.Equal(8, blocks.Length);
        JsonElement block = blocks[2];
        Assert.Equal(5, block.GetProperty("depth").GetInt32());
        Assert.Equal(2.286, block.GetProperty("width").GetDouble());
        Assert.Equal([192, 536, 880, 536, 192], block.GetProperty("outputs").EnumerateArray().Select(width => width.GetInt32()));
        Assert.Equal([2, 4, 8, 4, 2], block.GetProperty("groups").EnumerateArray().Select(groups => groups.GetInt32()));
        Assert.Equal(515_588, block.GetProperty("unit_parameters").GetInt64());
        Assert.Equal(776_612, block.GetProperty("layer_parameters").GetInt64());
        Assert.Equal(1_073_252, block.GetProperty("decoder_layer_parameters").GetInt64());

        string text = Workspace.Run(arguments).Output;
        Assert.Contains("928,328,680 multiply-adds", text, StringComparison.Ordinal);
        Assert.Contains("192 536 880 536 192", text, StringComparison.Ordinal);
        JsonElement language = Workspace.Run("info", "enwiki-delight", "--json").Json;
        Assert.False(language.TryGetProperty("source_length", out _));
        Assert.False(language.GetProperty("blocks")[0].TryGetProperty("decoder_layer_parameters", out _));
        Assert.False(Workspace.Run("info", "enwiki-softmax", "--json").Json.TryGetProperty("macs", out _));
    }

    [Fact]
    public void ComparedModelsHaveTheirSizes()
    {
        Assert.InRange(Parameters("multi30k-delight"), 1, 0.6 * Parameters("multi30k-de-en"));
        double baseline = Parameters("enwiki-softmax");
        Assert.InRange(Parameters("enwiki-delight"), 0.98 * baseline, 1.02 * baseline);

        static double Parameters(string recipe) => Workspace.Run("info", recipe, "--json").Json.GetProperty("parameters").GetDouble();
    }
}

using System.Globalization;
using System.Text.Json;
using FlashDiffusion.Testing;
using static TorchSharp.torch;

namespace FlashDiffusion.Models.Networks;

public class GoldenWeightFormulaTests
{
    private static readonly JsonElement Document = JsonDocument.Parse(File.ReadAllText(GoldenFolder.File("weights_selfcheck.json"))).RootElement;

    public static TheoryData<int> Items => [.. Enumerable.Range(0, Document.GetProperty("items").GetArrayLength())];

    [Fact]
    public void Hash_PublishedExamples_Agree()
        => Assert.All(
            Document.GetProperty("fnv_examples").EnumerateObject(),
            example => Assert.Equal(Hex(example.Value), FormulaWeights.Hash(example.Name)));

    [Theory]
    [MemberData(nameof(Items))]
    public void Fill_ReferenceTensor_IsBitExact(int index)
    {
        using var scope = NewDisposeScope();
        var item = Document.GetProperty("items")[index];
        var seedKey = item.GetProperty("seedkey").GetString()!;
        long[] shape = [.. item.GetProperty("shape").EnumerateArray().Select(size => size.GetInt64())];
        var target = empty(shape);

        FormulaWeights.Fill(target, item.GetProperty("key").GetString()!, seedKey, item.GetProperty("gain").GetDouble());

        var values = target.data<float>().ToArray();
        Assert.Equal(Hex(item.GetProperty("fnv1a64")), FormulaWeights.Hash(seedKey));
        Assert.Equal(item.GetProperty("u_first4").EnumerateArray().Select(u => u.GetDouble()), FormulaWeights.Raw(seedKey, 4).Take(item.GetProperty("u_first4").GetArrayLength()));
        Assert.Equal(item.GetProperty("first4_bits").EnumerateArray().Select(Hex), values.Take(4).Select(value => (ulong)BitConverter.SingleToUInt32Bits(value)));
        Assert.Equal(item.GetProperty("last").GetDouble(), values[^1]);
        Assert.Equal(item.GetProperty("sum_f64").GetDouble(), values.Sum(value => (double)value), 1e-9 * values.Length);
    }

    private static ulong Hex(JsonElement element)
        => ulong.Parse(element.GetString()!.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}

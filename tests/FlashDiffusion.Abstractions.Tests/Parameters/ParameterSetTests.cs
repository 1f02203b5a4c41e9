namespace FlashDiffusion.Abstractions.Tests.Parameters;

public sealed class ParameterSetTests
{
    private static readonly ParameterDescriptor[] Descriptors =
    [
        ParameterDescriptor.Number("std", null, 0.1, 3, "Width.") with { Unit = "pixels" },
        ParameterDescriptor.Integer("size", 61, 3, 101, "Size."),
        ParameterDescriptor.Choice("method", "Method.", "bicubic", "average"),
    ];

    [Fact]
    public void Resolve_LeftOut_TakesDefaults()
    {
        var set = Resolve(new() { ["std"] = ParameterValue.Of(1.5) }, out var violations);

        Assert.Empty(violations);
        Assert.Equal(1.5, set.Number("std"));
        Assert.Equal(61, set.Integer("size"));
        Assert.Equal("bicubic", set.Choice("method"));
    }

    [Fact]
    public void Resolve_EverythingWrong_ReportsEverythingAtOnce()
    {
        Resolve(
            new()
            {
                ["sdt"] = ParameterValue.Of(1),
                ["size"] = ParameterValue.Of(7.5),
                ["method"] = ParameterValue.Of("lanczos"),
            },
            out var violations);

        Assert.Equal(["operator.parameters.method", "operator.parameters.sdt", "operator.parameters.size", "operator.parameters.std"], violations.Select(v => v.Field).Order());
        Assert.Contains("bicubic, average", violations.Single(v => v.Field.EndsWith("method", StringComparison.Ordinal)).Description, StringComparison.Ordinal);
        Assert.Contains("pixels", violations.Single(v => v.Field.EndsWith(".std", StringComparison.Ordinal)).Description, StringComparison.Ordinal);
    }

    [Fact]
    public void Resolve_NumberSentAsWord_SaysThatItIsAWord()
    {
        Resolve(new() { ["std"] = ParameterValue.Of("1.5") }, out var violations);

        Assert.EndsWith("but is the word \"1.5\".", Assert.Single(violations).Description, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(0.09)]
    [InlineData(3.01)]
    public void Resolve_OutOfRange_IsRefused(double value)
    {
        Resolve(new() { ["std"] = ParameterValue.Of(value) }, out var violations);

        Assert.Equal("operator.parameters.std", Assert.Single(violations).Field);
    }

    private static ParameterSet Resolve(Dictionary<string, ParameterValue> given, out List<FieldViolation> violations)
    {
        violations = [];
        return ParameterSet.Resolve(Descriptors, given, "operator.parameters", violations);
    }
}

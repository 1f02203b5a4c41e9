using FlashDiffusion.Cli.Commands;
using FlashDiffusion.V1;

namespace FlashDiffusion.Client.Tests.Cli;

public sealed class ParameterOptionTests
{
    [Theory]
    [InlineData("nan", null)]
    [InlineData("Infinity", null)]
    [InlineData("plain", null)]
    [InlineData("1.5", 1.5)]
    [InlineData("-2e3", -2000.0)]
    public void Parse_WhatIsNoFiniteNumber_IsAWord(string text, double? number)
    {
        var (_, value) = Assert.Single(ParameterOption.Parse("--param", [$"mode={text}"]));

        Assert.Equal(number is { } expected ? new ParameterValue { Number = expected } : new ParameterValue { Text = text }, value);
    }
}

#!/usr/bin/env pwsh
# Runs ImcEngine's jobs by name: ./run.ps1 [compare | test | bench | pack | publish] [arguments passed on]
#   compare  compares the network that ships on several ADCs; the job where no name is given
#   test     runs all tests
#   bench    runs the benchmarks
#   pack     packs both libraries and the tool imc into artifacts/packages
#   publish  makes imc a single file that needs no .NET, for Linux in artifacts/linux-x64 and for Windows in artifacts/win-x64
# A job of several commands stops at the first that fails.
# Windows PowerShell 5 and PowerShell 7, on Windows and Linux. The exit code is that of the job; 2 for an unknown name.

$root = $PSScriptRoot
$cli = "$root/engine/ImcEngine.Cli"
$jobs = [ordered]@{
    compare = , @('run', '-c', 'Release', '--project', $cli, '--', 'compare')
    test    = , @('test', '-c', 'Release', "$root/ImcEngine.sln")
    bench   = , @('run', '-c', 'Release', '--project', "$root/perf/ImcEngine.Perf", '--')
    pack    = , @('pack', '-c', 'Release', "$root/ImcEngine.sln")
    publish = @(@('publish', '-c', 'Release', $cli, '-r', 'linux-x64'), @('publish', '-c', 'Release', $cli, '-r', 'win-x64'))
}

# PowerShell reads a,b as a list, 100 as a number and -p:x=y as -p: and x=y; the programs want what was written.
$given = [System.Collections.Generic.List[string]]::new()
$open = $false
foreach ($argument in $args) {
    $text = @($argument | ForEach-Object { "$_" }) -join ','
    if ($open) { $given[$given.Count - 1] += $text } else { $given.Add($text) }
    $open = -not $open -and $text -match '^-.*:$'
}

$name = 'compare'
if ($given.Count -gt 0 -and -not $given[0].StartsWith('-')) {
    $name = $given[0]
    $given.RemoveAt(0)
}
if (-not $jobs.Contains($name)) {
    [Console]::Error.WriteLine("Unknown name '$name'. Use one of: $($jobs.Keys -join ', ').")
    exit 2
}
if ($name -eq 'bench' -and $given.Count -eq 0) { $given.AddRange([string[]]@('--filter', '*')) }

foreach ($command in $jobs[$name]) {
    $line = $command + $given.ToArray()
    & dotnet @line
    if ($LASTEXITCODE -ne 0) { break }
}
exit $LASTEXITCODE

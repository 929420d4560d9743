# On Windows: dist\ocrwatch-*-setup.exe installs silently, reads its samples, and leaves nothing but the user's files.
$ErrorActionPreference = "Stop"
$setup = Get-ChildItem "dist\ocrwatch-*-setup.exe" | Select-Object -First 1
$place = Join-Path $env:LOCALAPPDATA "Programs\ocrwatch"
$run = "HKCU:\Software\Microsoft\Windows\CurrentVersion\Run"

function Assert($holds, $words) { if (-not $holds) { throw "FAILED: $words" } else { "ok: $words" } }

$done = Start-Process $setup.FullName -ArgumentList "/S", "/AUTOSTART=1" -Wait -PassThru
Assert ($done.ExitCode -eq 0) "the setup ends with 0"
Assert (Test-Path "$place\ocrwatchw.exe") "the program is there"
Assert ((Get-ItemProperty $run).ocrwatch -eq "`"$place\ocrwatchw.exe`" --at-login") "it starts at login"

& "$place\ocrwatch.exe" demo
Assert ($LASTEXITCODE -eq 0) "the demo reads all samples"
$ledger = Join-Path $HOME "OCRWatch\Demo\Ledger.xlsx"
python installer\linux\rows.py $ledger 4
Assert ($LASTEXITCODE -eq 0) "its workbook has four rows"

. "$place\completions\ocrwatch.ps1"
$line = "ocrwatch led"
$offered = (TabExpansion2 $line $line.Length).CompletionMatches.CompletionText
Assert ($offered -contains "ledger") "PowerShell completes commands"

Start-Process "$place\uninstall.exe" -ArgumentList "/S" -Wait
$deadline = (Get-Date).AddSeconds(60)   # the uninstaller goes on in a copy of itself
while ((Test-Path $place) -and (Get-Date) -lt $deadline) { Start-Sleep -Milliseconds 200 }
Assert (-not (Test-Path $place)) "the program is gone"
Assert (-not (Get-ItemProperty $run).PSObject.Properties["ocrwatch"]) "and starts at login no more"
Assert (Test-Path $ledger) "the user's workbook is there"
